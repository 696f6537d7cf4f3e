import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import { bucketStart, shapeOf, type Shape } from '../../shared/rate-limits/windows.ts'
import {
  peakOf,
  slidingLog,
  smoothedUnits,
  type LoggedAdmission,
  type Peak,
} from '../../test/support/sliding-log.ts'
import { admissionsIn, attemptsIn, type AdmissionRow, type AttemptRow } from './recording.ts'
import type { RunRecord } from './run.ts'

/** Clocks that differ by 0.8 s shift the edges of these by little. */
const MIN_REAL_SECONDS = 30

/** What the oracle says about one window of one caller. */
export interface WindowFinding {
  readonly windowSeconds: number
  /** By whole buckets: the largest sum that any moments within them could make. */
  readonly buckets: Peak
  /** By the moments that the admissions count for. */
  readonly assigned: Peak
  /** By true time; absent where overrides changed what the limit was, and where the window is short beside the skew. */
  readonly real?: Peak
}

/** What the oracle says about one caller. */
export interface StreamFinding {
  readonly rule: RateLimitRule
  readonly identifier: string
  readonly windows: readonly WindowFinding[]
  /** Units admitted, as a part of what an ideal sliding log admits of the same attempts; absent with overrides. */
  readonly yieldPart?: number
}

/** One admission, as far as one of its windows is concerned. */
interface Counted {
  readonly own: number
  readonly at: number
  readonly cost: number
  readonly bucket: number
  readonly limit: number
}

const countedIn = (rows: readonly AdmissionRow[], window: number): readonly Counted[] =>
  rows.map(({ own, at, cost, bucket0, limit0, bucket1, limit1 }) => ({
    own,
    at,
    cost,
    ...(window === 0 ? { bucket: bucket0, limit: limit0 } : { bucket: bucket1, limit: limit1 }),
  }))

/** The largest limit in each bucket: within one, nobody knows which admission came after which override. */
function limitsByBucket(counted: readonly Counted[]): ReadonlyMap<number, number> {
  const limits = new Map<number, number>()
  for (const { bucket, limit } of counted) limits.set(bucket, Math.max(limit, limits.get(bucket) ?? 0))
  return limits
}

/** The moment that an admission counts for: when it was answered, but within the bucket that it was counted in. */
const assignedTime = (shape: Shape, { own, bucket }: Counted): number =>
  Math.min(Math.max(own, bucketStart(shape, bucket)), bucketStart(shape, bucket + 1) - 0.5)

function judgeWindow(counted: readonly Counted[], shape: Shape, excepted: boolean): WindowFinding {
  const limits = limitsByBucket(counted)
  const logBy = (timeOf: (one: Counted) => number): readonly LoggedAdmission[] =>
    counted.map((one) => ({ at: timeOf(one), cost: one.cost, limit: limits.get(one.bucket) ?? one.limit }))
  const windowMs = shape.windowSeconds * 1000
  return {
    windowSeconds: shape.windowSeconds,
    buckets: peakOf(
      logBy(({ bucket }) => bucket),
      shape.buckets + 1,
    ),
    assigned: peakOf(
      logBy((one) => assignedTime(shape, one)),
      windowMs,
    ),
    ...(excepted || shape.windowSeconds < MIN_REAL_SECONDS
      ? {}
      : {
          real: peakOf(
            logBy(({ at }) => at),
            windowMs,
          ),
        }),
  }
}

/** How much of what could have been admitted was: from the end of the first window on. */
function yieldOf(
  rule: RateLimitRule,
  attempts: readonly AttemptRow[],
  admissions: readonly AdmissionRow[],
  startMs: number,
): number {
  const ideal = slidingLog(
    rule.windows.map(({ limit, windowSeconds }) => ({ limit, length: windowSeconds * 1000 })),
  )
  const ordered = attempts.toSorted((left, right) => left.at - right.at)
  const best = ordered.filter(({ at, cost }) => ideal(at, cost))
  const length = Math.max(...rule.windows.map(({ windowSeconds }) => windowSeconds * 1000))
  const stretch = { from: startMs + length, to: ordered.at(-1)?.at ?? startMs, length }
  return smoothedUnits(admissions, stretch) / smoothedUnits(best, stretch)
}

const byStream = <Row extends { readonly stream: number }>(rows: readonly Row[]) =>
  Map.groupBy(rows, ({ stream }) => stream)

/** Judges a run by its recordings alone: asks neither the limiter nor its store. */
export function judge({ plan, recordings, startMs }: RunRecord): readonly StreamFinding[] {
  const attempts = byStream(recordings.flatMap(attemptsIn))
  const admissions = byStream(recordings.flatMap(admissionsIn))
  return plan.streams.flatMap(({ rule: name, identifier, excepted }, stream) => {
    const rule = plan.rules.find((one) => one.name === name)
    if (rule === undefined) return []
    const admitted = admissions.get(stream) ?? []
    const windows = rule.windows.map((window, index) =>
      judgeWindow(countedIn(admitted, index), shapeOf(window, rule.precision), excepted),
    )
    const yieldPart = excepted
      ? {}
      : { yieldPart: yieldOf(rule, attempts.get(stream) ?? [], admitted, startMs) }
    return [{ rule, identifier, windows, ...yieldPart }]
  })
}
