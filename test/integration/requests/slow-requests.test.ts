import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import type { AccessRecord } from '../../../shared/kernel/http/exchange.ts'
import {
  listSlowRequests,
  reportWrites,
  slowRecorder,
  type SlowRequestFilter,
} from '../../../shared/requests/store.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const NOW = Date.parse('2026-02-15T12:30:00.000Z')
const MINUTE_MS = 60_000
const effects = manualEffects(NOW, 'immediate')
const started = testTable(effects)
const cursors = makeCursors(Buffer.alloc(32, 1))

const REQUESTS = 90
const SERVICES = ['web', 'billing', 'midwatch']
const reported = Array.from({ length: REQUESTS }, (_, n) => ({
  at: new Date(NOW - n * 7 * MINUTE_MS).toISOString(),
  service: SERVICES[((n * n) % 7) % 3] ?? 'web',
  route: `GET /things/${n}`,
  duration_ms: (n * 37) % 100,
  status: 200,
  ...(n % 2 === 0 ? { request_id: `request-${n}` } : {}),
}))

beforeAll(async () => {
  const writes = reportWrites(reported, effects)
  await started().table.commit(writes, effects.id())
})

async function everyPage(filter: SlowRequestFilter, limit: number): Promise<string[]> {
  const routes: string[] = []
  let cursor: string | undefined
  do {
    const page = await listSlowRequests(started().table, cursors, filter, NOW, limit, cursor)
    expect(page.requests.length).toBeLessThanOrEqual(limit)
    routes.push(...page.requests.map((request) => request.route))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return routes
}

describe('the list of slow requests', () => {
  it('holds every request that matches once, newest first, over all hours and pages', async () => {
    const asked = fc.record({
      hours: fc.integer({ min: 1, max: 12 }),
      minMs: fc.constantFrom(0, 30, 90, 1_000),
      service: fc.option(fc.constantFrom(...SERVICES, 'none'), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ limit, ...filter }) => {
        const wanted = reported.filter(
          ({ at, duration_ms: durationMs, service }) =>
            Date.parse(at) >= NOW - filter.hours * 60 * MINUTE_MS &&
            durationMs >= filter.minMs &&
            (filter.service ?? service) === service,
        )
        expect(await everyPage(filter, limit)).toEqual(wanted.map((request) => request.route))
      }),
      { numRuns: 30 },
    )
  }, 30_000)

  it('shows a request as it was reported', async () => {
    const { requests } = await listSlowRequests(started().table, cursors, { hours: 1, minMs: 0 }, NOW, 2)
    expect(requests).toEqual([
      { at: NOW, service: 'web', route: 'GET /things/0', durationMs: 0, status: 200, requestId: 'request-0' },
      { at: NOW - 7 * MINUTE_MS, service: 'billing', route: 'GET /things/1', durationMs: 37, status: 200 },
    ])
  })

  it('goes on where it was when time has gone on', async () => {
    const filter = { hours: 1, minMs: 0 }
    const first = await listSlowRequests(started().table, cursors, filter, NOW, 8)
    const later = NOW + 40 * MINUTE_MS
    const second = await listSlowRequests(started().table, cursors, filter, later, 8, first.nextCursor)
    expect(first.requests).toHaveLength(8)
    expect(second.requests.map((request) => request.route)).toEqual(['GET /things/8'])
  })

  it('does not go on with the cursor of another list', async () => {
    const { nextCursor } = await listSlowRequests(started().table, cursors, { hours: 2, minMs: 0 }, NOW, 1)
    expect(nextCursor).toBeDefined()
    const others = [
      { hours: 3, minMs: 0 },
      { hours: 2, minMs: 1 },
      { hours: 2, minMs: 0, service: 'web' },
    ]
    for (const filter of others) {
      const problem = await rejectionOf(() =>
        listSlowRequests(started().table, cursors, filter, NOW, 1, nextCursor),
      )
      expect(problem.code).toBe('invalid_cursor')
    }
  })

  it('looks through a week of empty hours in one page', async () => {
    const longAgo = NOW - 30 * 24 * 60 * MINUTE_MS
    expect(await listSlowRequests(started().table, cursors, { hours: 168, minMs: 0 }, longAgo, 50)).toEqual({
      requests: [],
    })
  })
})

describe("Midwatch's own slow requests", () => {
  it('are remembered once, even when the write is repeated', async () => {
    const record: AccessRecord = {
      at: NOW + 120 * MINUTE_MS,
      requestId: 'own-1',
      route: 'GET /api/v1/ops/alerts',
      status: 200,
      durationMs: 1_234.5,
      principal: 'ada',
    }
    const remember = slowRecorder(started().table, effects)
    await remember(record)
    await remember(record)
    const page = await listSlowRequests(started().table, cursors, { hours: 1, minMs: 0 }, record.at + 1, 10)
    expect(page.requests).toEqual([
      {
        at: record.at,
        service: 'midwatch',
        route: 'GET /api/v1/ops/alerts',
        status: 200,
        durationMs: 1_234.5,
        requestId: 'own-1',
      },
    ])
  })
})
