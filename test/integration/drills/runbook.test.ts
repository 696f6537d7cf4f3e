import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../../../shared/kernel/route.ts'
import { routes } from '../../../shared/manifest.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { goodQuery } from '../../support/good-request.ts'
import { alertWriter } from '../../support/outbox.ts'
import { field, testStack } from '../../support/test-stack.ts'

// A machine that stops for longer than a decision waits leaves the headers of rate limits out of an answer.
const stack = testStack(() => ({ environment: { MIDWATCH_LIMITER_BUDGET_MS: '5000' } }))

let alertId = ''
let pingKey = ''
/** A change that waits for a second person. */
let changeId = ''
/** A folder whose `.curlrc` keeps curl quiet and has it say the status; the calls themselves stay as they are written. */
let curlHome = ''

beforeAll(async () => {
  await stack().tick()
  alertId = (await alertWriter(stack().rows, systemEffects).raise('runbook')).id
  pingKey = (await stack().api.check('nightly-backup')).ping_path?.replace('/ping/', '') ?? ''
  changeId = await askForChange()
  curlHome = await mkdtemp(join(tmpdir(), 'midwatch-curl-'))
  await writeFile(join(curlHome, '.curlrc'), 'silent\nwrite-out = "\\n%{http_code}"\n')
})
afterAll(() => rm(curlHome, { recursive: true, force: true }))

async function askForChange(): Promise<string> {
  const path = '/api/v1/ops/feature-flags'
  const body = { key: 'guarded', approval: 'second' }
  await stack().api.call('POST', path, { as: 'admin', body })
  const { text } = await stack().api.call('POST', `${path}/guarded/enable`, { as: 'admin' })
  return String(field(field(JSON.parse(text), 'pending_change'), 'id'))
}

/** Where the runbook's calls go. */
const HOST = 'https://api.secondwatchnetwork.com'

/** Runs a call of the runbook in a shell, with only its host changed. */
async function inShell(command: string) {
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command.replace(HOST, stack().url)], {
    env: { ...process.env, CURL_HOME: curlHome, TOKEN: await stack().token('responder') },
  })
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) }
}

const CALLS = [
  [
    'health',
    `curl -H "Authorization: Bearer $TOKEN" \\
  https://api.secondwatchnetwork.com/api/v1/ops/health`,
    'checks',
  ],
  [
    'all checks',
    `curl -X POST -H "Authorization: Bearer $TOKEN" \\
  https://api.secondwatchnetwork.com/api/v1/ops/health/check`,
    'checks',
  ],
  [
    'one check',
    `curl -X POST -H "Authorization: Bearer $TOKEN" \\
  https://api.secondwatchnetwork.com/api/v1/ops/health/check/database`,
    'attempts',
  ],
] as const

describe("the runbook's calls for health monitoring", () => {
  it.each(CALLS)('%s: work as they are written', async (_name, command, expected) => {
    const { status, text } = await inShell(command)
    expect(status).toBe(200)
    expect(Array.isArray(field(JSON.parse(text), expected))).toBe(true)
  })

  it('work with -I, which asks for the headers alone', async () => {
    const { status, text } = await inShell(
      `curl -I -H "Authorization: Bearer $TOKEN" ${HOST}/api/v1/ops/health`,
    )
    expect(status).toBe(200)
    expect(text).toMatch(/content-type: application\/json/i)
  })

  it('work with -d, whose JSON curl calls a form', async () => {
    const { status, text } = await inShell(
      `curl -X POST -H "Authorization: Bearer $TOKEN" -d '{"note": "From a form"}' \\
  ${HOST}/api/v1/ops/alerts/${alertId}/acknowledge`,
    )
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ status: 'acknowledged', acknowledged: { note: 'From a form' } })
  })
})

const READS = routes.filter(({ method }) => method === 'GET')

/** The route's path with its parameters filled in, and the query that it cannot do without. */
const urlOf = (route: Route): string => {
  const query = new URLSearchParams(goodQuery(route)).toString()
  return query === '' ? pathOf(route) : `${pathOf(route)}?${query}`
}
const KEYS: Partial<Record<Route['capability'], string>> = {
  'feature-flags': 'enable_new_player',
  'flag-evaluation': 'enable_new_player',
  config: 'maintenance_mode',
}
const pathOf = ({ path, capability }: Route): string =>
  path
    .replace('{change}', changeId)
    .replace('{alert}', alertId)
    .replace('{check}', 'database')
    .replace('{key}', KEYS[capability] ?? pingKey)
    .replace('{rule}', 'global_default')
    .replace('{signal}', 'log')

/** Headers that differ from answer to answer, belong to the connection, or that only a body has. */
const VARIES = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'ratelimit',
  'transfer-encoding',
  'x-request-id',
])
const steady = (headers: Headers) => [...headers].filter(([name]) => !VARIES.has(name))

describe('HEAD', () => {
  it.each(READS)('$path is answered as GET is, without a body', async (route) => {
    const get = await stack().api.call('GET', urlOf(route), { as: 'admin' })
    const head = await stack().api.call('HEAD', urlOf(route), { as: 'admin' })
    expect(get.status).toBe(200)
    expect([head.status, head.text]).toStrictEqual([200, ''])
    expect(steady(head.headers)).toStrictEqual(steady(get.headers))
  })
})
