import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFunctionHost, type FunctionHost } from '../../../local/host/function-host.ts'
import { MAX_PAYLOAD_BYTES } from '../../../local/host/invocation.ts'

const hosts: FunctionHost[] = []
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()))
})

/** A host of one function, `f`, with this code. */
async function hostOf(code: string, timeoutSeconds = 20): Promise<{ host: FunctionHost; lines: string[] }> {
  const bundleDir = await mkdtemp(join(tmpdir(), 'midwatch-host-'))
  onTestFinished(() => rm(bundleDir, { recursive: true, force: true }))
  await mkdir(join(bundleDir, 'f'))
  await writeFile(join(bundleDir, 'f', 'index.js'), code)
  const lines: string[] = []
  const host = createFunctionHost({
    bundleDir,
    functions: [{ name: 'f', timeoutSeconds }],
    environment: { AWS_REGION: 'us-east-1', GREETING: 'hello' },
    log: (_, line) => lines.push(line),
  })
  hosts.push(host)
  return { host, lines }
}

describe('a hosted function', () => {
  test('gets the event as JSON, its own environment and a context, and its answer comes back as JSON', async () => {
    const { host } = await hostOf(`exports.handler = async (event, context) => ({
      event, greeting: process.env.GREETING, home: process.env.HOME, name: context.functionName,
      own: process.env.AWS_LAMBDA_FUNCTION_NAME, left: context.getRemainingTimeInMillis() <= 20000,
      requestId: context.awsRequestId.length, at: new Date(0), nothing: undefined })`)
    const outcome = await host.invoke('f', { at: new Date(1), absent: undefined })
    expect(outcome).toEqual({
      ok: true,
      payload: {
        event: { at: '1970-01-01T00:00:00.001Z' },
        greeting: 'hello',
        name: 'f',
        own: 'f',
        left: true,
        requestId: 36,
        at: '1970-01-01T00:00:00.000Z',
      },
    })
  })

  test('answers null when it returns nothing', async () => {
    const { host } = await hostOf('exports.handler = async () => undefined')
    expect(await host.invoke('f', {})).toEqual({ ok: true, payload: null })
  })

  test('stays warm from one invocation to the next', async () => {
    const { host } = await hostOf('let calls = 0; exports.handler = async () => ++calls')
    await host.invoke('f', {})
    expect(await host.invoke('f', {})).toEqual({ ok: true, payload: 2 })
    expect(host.containers()).toEqual({ f: 1 })
  })

  test('runs one invocation at a time in a container, several in several', async () => {
    const { host } = await hostOf(`let busy = 0
      exports.handler = async () => {
        busy += 1
        await new Promise((resolve) => setTimeout(resolve, 50))
        return busy--
      }`)
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => host.invoke('f', {})))
    expect(outcomes.map((outcome) => outcome.ok && outcome.payload)).toEqual(Array(12).fill(1))
    expect(host.containers()['f']).toBeGreaterThan(1)
    expect(host.containers()['f']).toBeLessThanOrEqual(4)
  })

  test('that throws fails this invocation alone and stays warm', async () => {
    const { host } = await hostOf(`let calls = 0
      exports.handler = async (event) => {
        calls += 1
        if (event.fail) throw new TypeError('no such thing')
        return calls
      }`)
    expect(await host.invoke('f', { fail: true })).toEqual({
      ok: false,
      errorType: 'TypeError',
      message: 'no such thing',
    })
    expect(await host.invoke('f', {})).toEqual({ ok: true, payload: 2 })
  })

  test('that takes too long is ended, and the next invocation starts afresh', async () => {
    const { host, lines } = await hostOf(
      `let calls = 0
      exports.handler = async (event) => {
        calls += 1
        if (event.hang) for (;;) {}
        return calls
      }`,
      1,
    )
    const outcome = await host.invoke('f', { hang: true })
    expect(outcome).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' })
    expect(outcome).toHaveProperty(
      'message',
      expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
    )
    expect(await host.invoke('f', {})).toEqual({ ok: true, payload: 1 })
    expect(lines.join()).toContain('Task timed out')
  })

  test.each([
    ['exits', 'process.exit(3)'],
    [
      'crashes outside of its handler',
      "setTimeout(() => { throw new Error('late') }); await new Promise(() => {})",
    ],
    ['runs out of memory', 'const all = []; for (;;) all.push(new Array(100000).fill(all.length))'],
  ])('that %s fails this invocation alone, and the next one gets a fresh container', async (_, crash) => {
    const { host } = await hostOf(`let calls = 0
      exports.handler = async (event) => { calls += 1; if (event.crash) { ${crash} } return calls }`)
    expect(await host.invoke('f', { crash: true })).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
    })
    expect(await host.invoke('f', {})).toEqual({ ok: true, payload: 1 })
  })

  test('that does not load fails its invocations with the reason', async () => {
    const { host } = await hostOf("throw new Error('broken bundle')")
    expect(await host.invoke('f', {})).toMatchObject({ ok: false, message: 'broken bundle' })
  })

  test('without a handler says so', async () => {
    const { host } = await hostOf('exports.other = 1')
    expect(await host.invoke('f', {})).toMatchObject({ ok: false, errorType: 'Runtime.HandlerNotFound' })
  })

  test('neither takes nor answers more than 6 MB', async () => {
    const { host } = await hostOf("exports.handler = async (event) => 'x'.repeat(event.size ?? 0)")
    const tooMuch = 'x'.repeat(MAX_PAYLOAD_BYTES)
    expect(await host.invoke('f', { tooMuch })).toMatchObject({ errorType: 'RequestTooLargeException' })
    expect(await host.invoke('f', { size: MAX_PAYLOAD_BYTES })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    })
  })

  test('has what it prints in the log', async () => {
    const { host, lines } = await hostOf("exports.handler = async () => console.log('one\\ntwo')")
    await host.invoke('f', {})
    await vi.waitFor(() => expect(lines).toEqual(['one', 'two']))
  })
})

describe('the host', () => {
  test('knows its functions only', async () => {
    const { host } = await hostOf('exports.handler = async () => 1')
    expect(await host.invoke('g', {})).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' })
  })

  test('ends what is in work when it stops', async () => {
    const { host } = await hostOf('exports.handler = () => new Promise(() => {})')
    const hanging = host.invoke('f', {})
    await vi.waitFor(() => expect(host.containers()).toEqual({ f: 1 }))
    await host.stop()
    expect(await hanging).toMatchObject({ ok: false })
  })
})
