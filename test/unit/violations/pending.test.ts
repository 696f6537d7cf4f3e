import { describe, expect, it } from 'vitest'
import { PendingViolations } from '../../../shared/violations/pending.ts'
import type { Denial } from '../../../shared/violations/violation.ts'

const NOW = Date.parse('2026-02-15T12:00:10.000Z')
const denial = (identifier: string, at = NOW): Denial => ({
  rule: 'login',
  scope: 'user',
  identifier,
  at,
  shadow: false,
})

describe('pending violations', () => {
  it('hold at most 10,000 rows and one for anybody, even when pairs come back hour after hour', () => {
    const pending = new PendingViolations()
    for (let n = 0; n < 10_000; n += 1) pending.add(denial(`user-${n}`), NOW)
    for (let n = 0; n < 10_000; n += 1) pending.add(denial(`user-${n}`, NOW + 3_600_000), NOW)
    expect(pending.size).toBe(10_001)
  })

  it('fold new pairs of a minute that has seen 10,000, and go on counting those', () => {
    const pending = new PendingViolations()
    for (let n = 0; n < 10_000; n += 1) pending.add(denial(`user-${n}`), NOW)
    pending.take(20_000)
    pending.add(denial('user-1'), NOW)
    pending.add(denial('stranger'), NOW)
    pending.allDue()
    expect(new Set(pending.take(10).map(({ identifier }) => identifier))).toEqual(new Set(['user-1', '*']))
  })

  it('count what no key can hold as anybody, and what is stored alike as one', () => {
    const pending = new PendingViolations()
    pending.add(denial('x'.repeat(257)), NOW)
    pending.add(denial('\ud800'), NOW)
    pending.add(denial('\udfff'), NOW)
    const rows = pending.take(10)
    expect(rows.map(({ identifier, count }) => [identifier, count])).toEqual([
      ['*', 1],
      ['\ufffd', 2],
    ])
    expect([pending.size, pending.hasDue]).toEqual([0, false])
  })

  it('hand over no more than is asked for', () => {
    const pending = new PendingViolations()
    for (const who of ['a', 'b', 'c']) pending.add(denial(who), NOW)
    expect([pending.take(2).length, pending.take(2).length, pending.take(2).length]).toEqual([2, 1, 0])
  })

  it('are all due when another minute begins, and not before', () => {
    const pending = new PendingViolations()
    pending.add(denial('a'), NOW)
    pending.take(1)
    pending.add(denial('a'), NOW)
    pending.turnTo(NOW + 49_999)
    expect(pending.hasDue).toBe(false)
    pending.turnTo(NOW + 50_000)
    expect(pending.hasDue).toBe(true)
  })
})
