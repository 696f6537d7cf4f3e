import { describe, expect, test } from 'vitest'
import { judge } from '../../../bench/oracle/judge.ts'
import { SMALL_PLAN, type Mutation } from '../../../bench/oracle/plan.ts'
import { admissionsIn, attemptsIn } from '../../../bench/oracle/recording.ts'
import { runPlan } from '../../../bench/oracle/run.ts'

/** What four processes with clocks of their own did, and what the oracle says of it. */
async function judged(mutation: Mutation) {
  const record = await runPlan({ ...SMALL_PLAN, mutation })
  const windows = judge(record).flatMap((finding) => finding.windows)
  return {
    attempts: record.recordings.flatMap(attemptsIn).length,
    admissions: record.recordings.flatMap(admissionsIn).length,
    overrideChanges: record.overrideChanges,
    buckets: windows.map(({ buckets }) => buckets.overAdmissions),
    assigned: windows.map(({ assigned }) => assigned.overAdmissions),
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((one, other) => one + other, 0)

describe('processes whose clocks differ, with overrides coming and going', () => {
  test('never admit more than the limit in any window', async () => {
    const { attempts, admissions, overrideChanges, buckets, assigned } = await judged('none')
    expect(attempts).toBe(SMALL_PLAN.processes * SMALL_PLAN.attemptsAProcess)
    expect(admissions).toBeGreaterThan(100)
    expect(overrideChanges).toBeGreaterThan(5)
    expect({ buckets: sum(buckets), assigned: sum(assigned) }).toEqual({ buckets: 0, assigned: 0 })
  })

  test.each(['no-fence', 'one-counter-less'] as const)(
    'are caught by the oracle when they do: %s',
    async (mutation) => {
      const { buckets, assigned } = await judged(mutation)
      expect(sum(buckets)).toBeGreaterThan(0)
      expect(sum(assigned)).toBeGreaterThan(0)
    },
  )
})
