import { summarize } from '../health/rollup.ts'
import {
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
    const range = {
      fromMs,
      toMs: toMs - 1,
      limit: PAGE,
      consistent: true,
      ...(startAfter === undefined ? {} : { startAfter }),
    }
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

const startOf = (ms: number, lengthMs: number): number => Math.floor(ms / lengthMs) * lengthMs

/**
 * Rolls up the hour and the day of a check's newest result when a new slot lies beyond them: whatever was before them is
 * rolled up already, and there is nothing after them. Computing a period again gives the same, so a crash on the way
 * costs nothing but the work.
 * @param newestSlot the newest slot that was counted, `undefined` when there is none; milliseconds since the epoch
 * @param slot the slot that is about to be counted
 */
export async function rollUpEnded(
  store: HealthStore,
  check: CheckKey,
  newestSlot: number | undefined,
  slot: number,
): Promise<void> {
  if (newestSlot === undefined) return
  const hour = startOf(newestSlot, HOUR_MS)
  const day = startOf(newestSlot, DAY_MS)
  if (hour < startOf(slot, HOUR_MS)) await rollUpPeriod(store, check, 'hourly', hour)
  if (day < startOf(slot, DAY_MS)) await rollUpPeriod(store, check, 'daily', day)
}
