import { summarize } from '../health/rollup.ts'
import {
  RAW_KEPT_MS,
  rollupWrite,
  type CheckKey,
  type HealthStore,
  type RollupPeriod,
  type StoredResult,
} from '../health/store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PAGE = 1000

/** All results with slots in [fromMs, toMs). */
async function resultsBetween(
  store: HealthStore,
  check: CheckKey,
  fromMs: number,
  toMs: number,
): Promise<StoredResult[]> {
  const results: StoredResult[] = []
  let startAfter: Readonly<Record<string, unknown>> | undefined
  do {
    const range = { fromMs, toMs: toMs - 1, limit: PAGE, ...(startAfter === undefined ? {} : { startAfter }) }
    const page = await store.results(check, range)
    results.push(...page.items)
    startAfter = page.next
  } while (startAfter !== undefined)
  return results
}

async function rollUpPeriod(
  store: HealthStore,
  check: CheckKey,
  period: RollupPeriod,
  at: number,
): Promise<void> {
  const lengthMs = period === 'hourly' ? HOUR_MS : DAY_MS
  const results = await resultsBetween(store, check, at, at + lengthMs)
  if (results.length === 0) return
  await store.commit([rollupWrite(check, period, { at, ...summarize(results) })])
}

/**
 * Rolls up the hours, and the days, that have ended since the last time. Computing a period again gives the same, so
 * a crash on the way costs nothing but the work.
 * @param rolledUpTo results before this are rolled up already; milliseconds since the epoch
 * @returns the new `rolledUpTo`
 */
export async function rollUpEnded(
  store: HealthStore,
  check: CheckKey,
  rolledUpTo: number,
  nowMs: number,
): Promise<number> {
  const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  const oldest = Math.ceil((nowMs - RAW_KEPT_MS) / HOUR_MS) * HOUR_MS
  for (let at = Math.max(rolledUpTo, oldest); at < hour; at += HOUR_MS) {
    await rollUpPeriod(store, check, 'hourly', at)
    if ((at + HOUR_MS) % DAY_MS === 0) await rollUpPeriod(store, check, 'daily', at + HOUR_MS - DAY_MS)
  }
  return hour
}
