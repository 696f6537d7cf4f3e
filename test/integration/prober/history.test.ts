import { beforeAll, expect, test } from 'vitest'
import { withoutLimits } from '../../support/unlimited.ts'
import { openKeyring } from '../../../shared/kernel/keyring.ts'
import { getCheckHistory } from '../../../functions/health/get-check-history.ts'
import type { HealthDeps } from '../../../functions/health/deps.ts'
import { healthContract } from '../../../shared/health/contract.ts'
import { resultWrite, rollupWrite } from '../../../shared/health/store.ts'
import { http } from '../../../shared/kernel/http.ts'
import { bodyOf, claimsOf, httpEvent } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { inRole } from '../../support/role.ts'
import {
  DAY_MS,
  HOUR_MS,
  LAB_START,
  MINUTE_MS,
  openLab,
  tcpCheck,
  type Lab,
} from '../../support/prober-lab.ts'

const NOW = LAB_START + 95 * DAY_MS
const RAW_STEP_MS = 30 * MINUTE_MS

let lab: Lab
let ask: (query?: Record<string, string>, check?: string) => Promise<{ status: number; body: Body }>

interface Body {
  readonly code?: string
  readonly resolution?: string
  readonly from?: string
  readonly to?: string
  readonly points?: readonly { readonly at: string }[]
  readonly next_cursor?: string
}

/** Writes what days of probing would have left. */
async function fill({ runner, platform }: Lab): Promise<void> {
  const [check] = platform.checks
  if (check === undefined) throw new Error('The lab has a check.')
  const summary = { samples: 60, failed: 3, slow: 1, uptimePercent: 95, p50Ms: 20, p95Ms: 40, p99Ms: 900 }
  const writes = []
  for (let at = NOW - 60 * HOUR_MS; at < NOW; at += RAW_STEP_MS) {
    const result = { at: at + 5, grade: 'good', latencyMs: 12.5, status: 'healthy', message: 'Fine' } as const
    writes.push(resultWrite(check, at, result))
  }
  for (let at = NOW - 15 * DAY_MS; at < NOW; at += HOUR_MS)
    writes.push(rollupWrite(check, 'hourly', { at, ...summary }))
  for (let at = LAB_START; at < NOW; at += DAY_MS)
    writes.push(rollupWrite(check, 'daily', { at, ...summary }))
  for (let first = 0; first < writes.length; first += 100)
    await runner.health.commit(writes.slice(first, first + 100))
}

beforeAll(async () => {
  lab = await openLab({ checks: [tcpCheck('api'), tcpCheck('other')], startMs: NOW })
  await fill(lab)
  const { container, platform, runner } = lab.deps
  const deps: HealthDeps = {
    ...container,
    platform,
    health: runner.health,
    slowRequestMs: 1_000,
    ...withoutLimits,
    keyring: openKeyring(container.table, container.effects),
  }
  const handler = http(
    { getCheckHistory: healthContract.getCheckHistory },
    { getCheckHistory },
    async () => deps,
  )
  ask = async (query = {}, check = 'api') => {
    const routeKey = 'GET /api/v1/ops/health/checks/{check}/history'
    const event = httpEvent({ routeKey, params: { check }, query, claims: claimsOf('viewer') })
    const result = await inRole('health-http', () => handler(event, lambdaContext()))
    return { status: result.statusCode ?? 0, body: bodyOf(result) }
  }
})

const timesOf = ({ points = [] }: Body) => points.map(({ at }) => Date.parse(at))

/** Reads page after page; `between` happens after each. */
async function allPages(query: Record<string, string>, between: () => void = () => undefined) {
  const pages: Body[] = []
  let cursor: string | undefined
  do {
    const { status, body } = await ask(cursor === undefined ? query : { ...query, cursor })
    expect(status).toBe(200)
    pages.push(body)
    cursor = body.next_cursor
    between()
  } while (cursor !== undefined && pages.length < 1_000)
  return pages
}

test('by default it shows the raw results of a day, oldest first', async () => {
  const { status, body } = await ask()
  expect(status).toBe(200)
  expect(body).toMatchObject({ check: 'api', resolution: 'raw', from: iso(NOW - DAY_MS), to: iso(NOW) })
  expect(body.points).toHaveLength(48)
  expect(body.points?.[0]).toEqual({
    at: iso(NOW - DAY_MS + 5),
    status: 'healthy',
    latency_ms: 12.5,
    message: 'Fine',
  })
})

test.each([
  ['1', 'raw', 2],
  ['48', 'raw', 96],
  ['49', 'hourly', 49],
  ['336', 'hourly', 336],
  ['337', 'daily', 14],
  ['2160', 'daily', 90],
])('%s hours are shown %s, in %i points', async (hours, resolution, count) => {
  const { body } = await ask({ hours })
  expect(body.resolution).toBe(resolution)
  expect(body.points).toHaveLength(count)
})

test('a summary tells uptime and percentiles', async () => {
  const { body } = await ask({ hours: '2', resolution: 'hourly' })
  expect(body.points?.[0]).toEqual({
    at: iso(NOW - 2 * HOUR_MS),
    samples: 60,
    failed: 3,
    slow: 1,
    uptime_percent: 95,
    p50_ms: 20,
    p95_ms: 40,
    p99_ms: 900,
  })
})

test('raw results are shown for 48 hours, however many are still stored', async () => {
  const { body } = await ask({ hours: '2160', resolution: 'raw' })
  expect(body.from).toBe(iso(NOW - 48 * HOUR_MS))
  expect(body.points).toHaveLength(96)
})

test.each([
  ['raw', '48', 96],
  ['hourly', '300', 300],
  ['daily', '2160', 90],
])('%s points come page by page, each once and in order', async (resolution, hours, count) => {
  const pages = await allPages({ resolution, hours, limit: '37' })
  const times = pages.flatMap(timesOf)
  expect(times).toHaveLength(count)
  expect(times).toEqual([...new Set(times)].toSorted((left, right) => left - right))
  expect(pages.slice(0, -1).every((page) => page.points?.length === 37)).toBe(true)
})

test('pages are cut from the same list, however long the reader takes', async () => {
  const pages = await allPages({ hours: '4', limit: '3' }, () => lab.clock.set(lab.clock.now() + 2 * HOUR_MS))
  lab.clock.set(NOW)
  expect(pages.flatMap(timesOf)).toHaveLength(8)
  expect(new Set(pages.map(({ from, to }) => `${from} ${to}`)).size).toBe(1)
})

test('a cursor opens only the list that it was issued for', async () => {
  const { body } = await ask({ hours: '4', limit: '3' })
  const cursor = body.next_cursor ?? ''
  expect((await ask({ hours: '4', limit: '3', cursor })).status).toBe(200)
  const altered = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`
  const wrong = [
    await ask({ hours: '4', cursor }, 'other'),
    await ask({ hours: '5', cursor }),
    await ask({ hours: '4', resolution: 'hourly', cursor }),
    await ask({ hours: '4', cursor: altered }),
  ]
  expect(wrong.map(({ status, body }) => [status, body.code])).toEqual(
    wrong.map(() => [400, 'invalid_cursor']),
  )
})

test('a check without results has an empty history, and one that is not defined has none', async () => {
  expect((await ask({}, 'other')).body).toMatchObject({ points: [] })
  expect(await ask({}, 'nothing')).toMatchObject({ status: 404, body: { code: 'unknown_check' } })
})

test.each([
  { hours: '0' },
  { hours: '2161' },
  { hours: 'x' },
  { limit: '1001' },
  { resolution: 'yearly' },
  { x: '1' },
])('a wrong question %o is answered with what is wrong', async (query) => {
  const { status, body } = await ask(query)
  expect(status).toBe(422)
  expect(body).toMatchObject({ fields: [{ path: `query.${Object.keys(query)[0]}` }] })
})

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
