import { describe, expect, it } from 'vitest'
import type { KnownFlag } from '../../../shared/feature-flags/change-flag.ts'
import { FlagFields, flagOf } from '../../../shared/feature-flags/flag.ts'
import { staleReasons } from '../../../shared/feature-flags/stale.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-06-15T12:00:00Z')
const daysAgo = (days: number) => NOW - days * DAY_MS

const known = (fields: object, more: Partial<KnownFlag> = {}): KnownFlag => ({
  key: 'player',
  defined: undefined,
  stored: flagOf('player', FlagFields.parse(fields)),
  isArchived: false,
  isSwitched: false,
  switchVersion: 0,
  version: 1,
  ...more,
})

const LONG_AGO = { updatedAt: daysAgo(31), lastSeen: daysAgo(1) }
const reasons = (fields: object, use: Partial<typeof LONG_AGO> = {}, more: Partial<KnownFlag> = {}) =>
  staleReasons(known(fields, more), { ...LONG_AGO, ...use }, NOW)

const half = { status: 'percentage', percentage: 50 }

describe('a flag is stale', () => {
  it('from its day of expiry on, a killswitch too', () => {
    expect(reasons({ ...half, expires: '2026-06-15' })).toEqual(['expired'])
    expect(reasons({ ...half, expires: '2026-06-16' })).toEqual([])
    expect(reasons({ category: 'killswitch', expires: '2026-06-01' })).toEqual(['expired'])
  })

  it('when nobody has evaluated it for 30 days, unless it has just been changed', () => {
    expect(reasons(half, { lastSeen: daysAgo(30) })).toEqual([])
    expect(reasons(half, { lastSeen: daysAgo(31) })).toEqual(['unused'])
    expect(reasons(half, { updatedAt: daysAgo(30), lastSeen: daysAgo(90) })).toEqual([])
  })

  it.each([
    [{ status: 'enabled' }],
    [{ status: 'disabled', targets: [{ type: 'user', value: 'ada' }] }],
    [{ status: 'percentage', percentage: 100 }],
    [{ status: 'percentage', percentage: 0 }],
    [{ status: 'targeted' }],
  ])('when it has been the same for everybody for 30 days: %j', (fields) => {
    expect(reasons(fields)).toEqual(['settled'])
  })

  it('when its switch has been thrown for 30 days', () => {
    expect(reasons(half, {}, { isSwitched: true })).toEqual(['settled'])
  })
})

describe('a flag is not stale', () => {
  it.each([
    [half],
    [{ status: 'targeted', targets: [{ type: 'user', value: 'ada' }] }],
    [{ status: 'enabled', prerequisites: [{ flag: 'base', variant: 'on' }] }],
    [{ status: 'enabled', targets: [{ type: 'user', value: 'ada', effect: 'deny' }] }],
    [{ status: 'enabled', rules: [{ variant: 'off' }] }],
    [{ status: 'enabled', schedule: { until: '2027-01-01T00:00:00Z' } }],
    [{ category: 'killswitch' }],
  ])('while it still decides something: %j', (fields) => {
    expect(reasons(fields)).toEqual([])
  })

  it('when it has never been changed nor evaluated: nobody knows how old it is', () => {
    expect(staleReasons(known(half), { updatedAt: undefined, lastSeen: undefined }, NOW)).toEqual([])
  })

  it('when it is archived', () => {
    expect(reasons({ status: 'enabled', expires: '2026-01-01' }, {}, { isArchived: true })).toEqual([])
  })
})
