import { describe, expect, test } from 'vitest'
import { measureOperations, readBudgets, spendings } from '../../bench/budget.ts'

describe('bench/budgets.json', () => {
  test('no operation uses more of DynamoDB than its budget, and each has one', async () => {
    const all = spendings(await measureOperations(), await readBudgets())
    expect(all.length).toBeGreaterThan(0)
    expect(all.filter(({ verdict }) => verdict === 'MISSED')).toEqual([])
  }, 60_000)

  test('an operation that uses more than its budget in one respect fails', () => {
    const allowed = { calls: 1, readUnits: 1, writeUnits: 1 }
    const verdicts = spendings(
      {
        exact: allowed,
        dearer: { calls: 1, readUnits: 0.5, writeUnits: 2 },
        cheaper: { calls: 1, readUnits: 0.5, writeUnits: 1 },
        unknown: allowed,
      },
      { exact: allowed, dearer: allowed, cheaper: allowed },
    ).map(({ verdict }) => verdict)
    expect(verdicts).toEqual(['ok', 'MISSED', 'less', 'MISSED'])
  })
})
