import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import { listen } from '../../support/loopback.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly ended: Promise<Ended>
}

/** Runs one of the programs in `local/`, with nothing of our own environment but what it needs. */
function run(program: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [join(ROOT, 'local', program), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => (output.stdout += String(text)))
  child.stderr.on('data', (text) => (output.stderr += String(text)))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, stdout: () => output.stdout, ended }
}

async function temporary(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'midwatch-process-'))
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}

const environment = (dataDir: string) => ({
  PORT: '0',
  MIDWATCH_DATA_DIR: dataDir,
  MIDWATCH_TICK_SECONDS: '1',
})

const Runtime = z.object({ url: z.string(), dynamodbUrl: z.string(), pid: z.number() })

async function start(dataDir: string, env: Record<string, string> = {}) {
  const running = run('main.ts', [], { ...environment(dataDir), ...env })
  const failed = running.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))
  failed.catch(() => undefined)
  const ready = vi.waitFor(() => expect(running.stdout()).toContain('Midwatch is ready'), 40_000)
  await Promise.race([ready, failed])
  const runtime = Runtime.parse(JSON.parse(await readFile(join(dataDir, 'stack.json'), 'utf8')))
  return { ...running, ...runtime }
}

const processesOf = (dataDir: string): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(join(dataDir, 'dynamodb.sqlite')))

const isRefused = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    () => true,
  )

async function tokenFrom(dataDir: string, role: string): Promise<string> {
  const { code, stdout, stderr } = await run('token.ts', [role], { MIDWATCH_DATA_DIR: dataDir }).ended
  expect([code, stderr]).toEqual([0, ''])
  return stdout.trim()
}

async function report(url: string, token: string, requestId: string): Promise<number> {
  const slow = {
    at: new Date().toISOString(),
    service: 'test',
    route: 'GET /',
    duration_ms: 1_500,
    status: 200,
  }
  const response = await fetch(`${url}/api/v1/ops/slow-requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ requests: [{ ...slow, request_id: requestId }] }),
  })
  await response.body?.cancel()
  return response.status
}

async function reported(url: string, token: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/ops/slow-requests?service=test&limit=200`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { requests } = z
    .object({ requests: z.array(z.object({ request_id: z.string() })) })
    .parse(await response.json())
  return requests.map(({ request_id }) => request_id)
}

/** Each of these starts a whole stack or two. */
describe('npm start', { timeout: 120_000 }, () => {
  test('prints where Midwatch is and who can sign in, and leaves nothing behind when it is stopped', async () => {
    const dataDir = await temporary()
    const { child, url, dynamodbUrl, stdout, ended } = await start(dataDir)
    expect(stdout()).toContain(url)
    expect(stdout()).toContain('superadmin@midwatch.local')
    expect((await stat(join(dataDir, 'credentials.json'))).mode & 0o077).toBe(0)
    expect(processesOf(dataDir)).not.toEqual([])
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
    expect(processesOf(dataDir)).toEqual([])
    expect(await isRefused(url)).toBe(true)
    expect(await isRefused(dynamodbUrl)).toBe(true)
  })

  test('loses no acknowledged write when it is killed, and starts again', async () => {
    const dataDir = await temporary()
    const first = await start(dataDir)
    const token = await tokenFrom(dataDir, 'admin')
    const acknowledged: string[] = []
    const writing = (async () => {
      for (let count = 0; first.child.exitCode === null && first.child.signalCode === null; count += 1) {
        const id = `request-${count}`
        const status = await report(first.url, token, id).catch(() => 'cut off')
        if (status === 202) acknowledged.push(id)
      }
    })()
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(10), 60_000)
    first.child.kill('SIGKILL')
    await writing
    await vi.waitFor(() => expect(processesOf(dataDir)).toEqual([]), 10_000)
    const second = await start(dataDir)
    expect(await reported(second.url, token)).toEqual(expect.arrayContaining(acknowledged.slice(-200)))
  }, 180_000)

  test('says in one sentence that its port is taken', async () => {
    const { port } = await listen(createServer())
    const dataDir = await temporary()
    const { code, stderr } = await run('main.ts', [], { ...environment(dataDir), PORT: String(port) }).ended
    expect([code, stderr]).toEqual([
      1,
      `Port ${port} is in use; choose another one with PORT, e.g. PORT=3001 npm start.\n`,
    ])
  })

  test('says in one sentence that the emulator is missing', async () => {
    const env = { ...environment(await temporary()), DYNAMODB_BIN: '/nowhere/dynoxide' }
    const { code, stderr } = await run('main.ts', [], env).ended
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('/nowhere/dynoxide')
  })

  test('says in one sentence that its data directory is a file', async () => {
    const path = join(await temporary(), 'file')
    await writeFile(path, '')
    const { code, stderr } = await run('main.ts', [], environment(path)).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The data directory \S+ cannot be written to \(\w+\); name another one with .*\n$/,
    )
  })

  test.each([
    ['credentials.json', '{'],
    ['cognito.json', '{"version":9}'],
    [
      'dynamodb.sqlite',
      'no database at all, but long enough to be looked at as one by whoever opens it'.repeat(50),
    ],
  ])('says in one sentence that %s is broken', async (name, content) => {
    const dataDir = await temporary()
    await writeFile(join(dataDir, name), content)
    await chmod(join(dataDir, name), 0o600)
    const { code, stderr } = await run('main.ts', [], environment(dataDir)).ended
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(name)
  })

  test('says which variable is wrong', async () => {
    const { code, stderr } = await run('main.ts', [], { ...environment(await temporary()), PORT: 'high' })
      .ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The environment variable PORT is wrong: .*\n$/)
  })

  test('refuses a data directory that another one uses, and so does reset', async () => {
    const dataDir = await temporary()
    const { url, pid } = await start(dataDir)
    const sentence = `Midwatch runs already with the data directory ${dataDir}, at ${url} (process ${pid}); stop it first.\n`
    const second = await run('main.ts', [], environment(dataDir)).ended
    expect([second.code, second.stderr]).toEqual([1, sentence])
    const reset = await run('reset.ts', ['--yes'], { MIDWATCH_DATA_DIR: dataDir }).ended
    expect([reset.code, reset.stderr]).toEqual([1, sentence])
  })
})

describe('the commands beside it', () => {
  test.each([
    ['token.ts', ['admin']],
    ['drill.ts', ['database', 'down']],
  ])('%s says that Midwatch does not run', async (program, args) => {
    const dataDir = await temporary()
    const { code, stderr } = await run(program, args, { MIDWATCH_DATA_DIR: dataDir }).ended
    expect([code, stderr]).toEqual([
      1,
      `Midwatch does not run with the data directory ${dataDir}; start it with npm start.\n`,
    ])
  })

  test.each([
    ['token.ts', ['chef'], 'There is no role "chef"'],
    ['drill.ts', ['moon', 'down'], 'There is no target "moon"'],
    ['drill.ts', ['database', 'explode'], 'There is no drill "explode"'],
    ['drill.ts', ['database', 'slow', 'very'], 'Say by how many milliseconds'],
  ])('%s %j says what is wrong', async (program, args, sentence) => {
    const { code, stderr } = await run(program, args, { MIDWATCH_DATA_DIR: await temporary() }).ended
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
  })

  test('reset deletes local data and keeps what deployments have put out', async () => {
    const dataDir = await temporary()
    await writeFile(join(dataDir, 'credentials.json'), '{}')
    await writeFile(join(dataDir, 'outputs-dev.json'), '{}')
    const { code } = await run('reset.ts', ['--yes'], { MIDWATCH_DATA_DIR: dataDir }).ended
    expect(code).toBe(0)
    await expect(stat(join(dataDir, 'credentials.json'))).rejects.toThrow('ENOENT')
    expect((await stat(join(dataDir, 'outputs-dev.json'))).isFile()).toBe(true)
  })

  test('reset touches no folder that is not a data directory', async () => {
    const folder = await temporary()
    await writeFile(join(folder, 'thesis.txt'), 'years of work')
    const { code, stderr } = await run('reset.ts', ['--yes'], { MIDWATCH_DATA_DIR: folder }).ended
    expect(code).toBe(1)
    expect(stderr).toContain('is no data directory of Midwatch')
    expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work')
  })
})
