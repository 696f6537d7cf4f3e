import * as z from 'zod'
import type { healthContract } from '../../shared/health/contract.ts'
import type { HistoryView } from '../../shared/health/schemas.ts'
import type { Page } from '../../shared/kernel/table/types.ts'
import { RAW_SHOWN_MS, type Range, type StoredResult, type StoredRollup } from '../../shared/health/store.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { HealthDeps } from './deps.ts'

type Point = HistoryView['points'][number]

const HOUR_MS = 3_600_000
const RAW_HOURS = RAW_SHOWN_MS / HOUR_MS
/** Up to this many hours, hourly points are few enough to look at. */
const HOURLY_HOURS = 14 * 24

const iso = (ms: number): string => new Date(ms).toISOString()

const rawPoint = ({ at, status, latencyMs, message }: StoredResult): Point => ({
  at: iso(at),
  status,
  latency_ms: latencyMs,
  message,
})

const rollupPoint = (rollup: StoredRollup): Point => ({
  at: iso(rollup.at),
  samples: rollup.samples,
  failed: rollup.failed,
  slow: rollup.slow,
  ...(rollup.uptimePercent === undefined ? {} : { uptime_percent: rollup.uptimePercent }),
  ...(rollup.p50Ms === undefined ? {} : { p50_ms: rollup.p50Ms }),
  ...(rollup.p95Ms === undefined ? {} : { p95_ms: rollup.p95Ms }),
  ...(rollup.p99Ms === undefined ? {} : { p99_ms: rollup.p99Ms }),
})

function resolutionFor(hours: number): HistoryView['resolution'] {
  if (hours <= RAW_HOURS) return 'raw'
  return hours <= HOURLY_HOURS ? 'hourly' : 'daily'
}

type Span = Pick<Range, 'fromMs' | 'toMs'>

/** Where a list goes on: after which item, and over which time, so that all its pages are cut from the same list. */
const Position = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  startAfter: z.record(z.string(), z.unknown()),
})

const spanOf = (now: number, hours: number, resolution: HistoryView['resolution']): Span => {
  const shownHours = resolution === 'raw' ? Math.min(hours, RAW_HOURS) : hours
  return { fromMs: now - shownHours * HOUR_MS, toMs: now }
}

/** `GET /api/v1/ops/health/checks/{check}/history` */
export const getCheckHistory: Handler<typeof healthContract.getCheckHistory, HealthDeps> = async (
  { params, query },
  { platform, health, effects, keyring },
) => {
  const check = platform.checks.find((candidate) => candidate.id === params.check)
  if (check === undefined) throw new Problem('unknown_check')
  const resolution = query.resolution ?? resolutionFor(query.hours)
  const cursors = await keyring.cursors()
  const scope = `history ${check.id} ${resolution} ${query.hours}`
  const position = query.cursor === undefined ? undefined : Position.parse(cursors.open(query.cursor, scope))
  const { fromMs, toMs } = position ?? spanOf(effects.now(), query.hours, resolution)
  const range: Range = { fromMs, toMs, limit: query.limit, ...position }
  const page: Page<Point> =
    resolution === 'raw'
      ? mapped(await health.results(check, range), rawPoint)
      : mapped(await health.rollups(check, resolution, range), rollupPoint)
  return {
    body: {
      check: check.id,
      from: iso(fromMs),
      to: iso(toMs),
      resolution,
      points: [...page.items],
      ...(page.next && { next_cursor: cursors.seal({ fromMs, toMs, startAfter: page.next }, scope) }),
    },
  }
}

const mapped = <From, To>(page: Page<From>, map: (from: From) => To): Page<To> => ({
  ...page,
  items: page.items.map(map),
})
