import { afterEach, expect, it } from 'vitest'
import { openLimiter } from '../../../shared/rate-limits/open-limiter.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { readHours } from '../../../shared/violations/store.ts'
import { hoursBetween } from '../../../shared/violations/violation.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()
afterEach(() => started().faults.clear())

const rules = [
  { name: 'shut', failurePolicy: 'closed' },
  { name: 'once', failurePolicy: 'local' },
].map((fields) =>
  RateLimitRule.parse({ ...fields, scope: 'user', windows: [{ limit: 1, windowSeconds: 3_600 }] }),
)

it('denials while the store does not answer are recorded once it does', async () => {
  const { table, faults } = started()
  const { now } = systemEffects
  const startedAt = now()
  const options = { table, tableName: TEST_TABLE, rules, effects: systemEffects, budgetMs: 5_000 }
  const limiter = await openLimiter(options)
  await faults.set({ down: true })
  for (let asked = 0; asked < 5; asked += 1) {
    const { allowed, degraded } = await limiter.decide({ rule: 'shut', identifier: 'ada' })
    expect([allowed, degraded]).toEqual([false, true])
  }
  await faults.clear()
  await expect
    .poll(() => limiter.decide({ rule: 'once', identifier: 'bob' }), { timeout: 10_000 })
    .toMatchObject({ reason: 'limit_reached' })
  const { rows } = await readHours(table, hoursBetween(startedAt, now()), 'shut')
  expect(rows.map(({ identifier, count }) => [identifier, count])).toEqual([['ada', 5]])
})
