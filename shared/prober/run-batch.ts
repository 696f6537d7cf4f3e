import type { Check } from '../health/check.ts'
import type { Grade } from '../health/confirmation.ts'
import { discount, judgeBatch } from '../health/impaired.ts'
import type { CheckState } from '../health/next.ts'
import type { ProbeServices } from '../health/probe.ts'
import type { Probes, ReadyCheck } from './attempt.ts'
import { recordSlot, type Recorder } from './record-slot.ts'
import { runSlot, type SlotResult } from './run-slot.ts'

/** What running checks needs. */
export interface Runner extends Recorder {
  readonly probes: Probes
  readonly services: ProbeServices
}

/** A check and the slot that its result counts for. */
export interface DueCheck extends ReadyCheck {
  readonly slot: number
}

/** What became of one check of a batch. */
export interface BatchResult {
  readonly check: Check
  readonly slot: SlotResult
  /** The verdict after the batch was judged. */
  readonly grade: Grade
  /** The check's state afterwards; `undefined` when nothing is known of it yet. */
  readonly state: CheckState | undefined
}

export interface BatchReport {
  readonly results: readonly BatchResult[]
  readonly impaired: boolean
}

/** A heartbeat is judged from the table alone, so it says nothing of the prober's way out. */
const reachesOut = ({ due }: { readonly due: DueCheck }): boolean => due.check.kind !== 'heartbeat'

/**
 * Runs checks concurrently and records what they found, each as soon as its verdict stands: a hanging target costs only
 * its own timeout. Only time-outs wait for the others, because they may turn out to be the prober's own fault.
 * @param deadlineMs on the monotonic clock; no attempt starts that could end after it
 * @throws when a result could not be recorded; the others were
 */
export async function runBatch(
  runner: Runner,
  batch: readonly DueCheck[],
  deadlineMs: number,
): Promise<BatchReport> {
  const { probes, services, health } = runner
  const known = await health.checks(batch.map((due) => due.check))
  const record = async (due: DueCheck, slot: SlotResult, grade: Grade): Promise<BatchResult> => {
    const state = await recordSlot(runner, due.check, due.slot, slot, grade, known.get(due.check.id))
    return { check: due.check, slot, grade, state }
  }
  const running = batch.map(async (due) => {
    const status = known.get(due.check.id)?.state.status
    const slot = await runSlot(due, status, probes, services, deadlineMs)
    const recorded = slot.timedOut ? undefined : record(due, slot, slot.grade)
    recorded?.catch(() => undefined)
    return { due, slot, recorded }
  })
  const ran = await Promise.all(running)
  const { impaired } = judgeBatch(ran.filter(reachesOut).map(({ slot }) => slot))
  const settled = await Promise.allSettled(
    ran.map(
      ({ due, slot, recorded }) =>
        recorded ?? record(due, slot, discount(slot.grade, slot.timedOut, impaired)),
    ),
  )
  return { results: settled.map(fulfilled), impaired }
}

/** @throws what it was rejected with; by now all the others have ended too */
function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
