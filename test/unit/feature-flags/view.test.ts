import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownFlag } from '../../../shared/feature-flags/change-flag.ts'
import { FlagFields, flagOf, HASHES, type Flag } from '../../../shared/feature-flags/flag.ts'
import { flagOfView, flagView, versionView } from '../../../shared/feature-flags/view.ts'

const known = (stored: Flag | undefined, more: Partial<KnownFlag> = {}): KnownFlag => ({
  key: 'player',
  defined: undefined,
  stored,
  isArchived: false,
  isSwitched: false,
  switchVersion: 0,
  version: 3,
  ...more,
})

const name = fc.constantFrom('on', 'off')
const share = fc.record({
  variant: name,
  percentage: fc.integer({ min: 0, max: 50_000 }).map((n) => n / 1_000),
})

const flags = fc
  .record({
    description: fc.string({ maxLength: 20 }),
    status: fc.constantFrom('enabled', 'disabled', 'percentage', 'targeted'),
    split: fc.array(share, { maxLength: 2 }),
    bucketing: fc.record(
      {
        hash: fc.constantFrom(...HASHES),
        salt: fc.string(),
        by: fc.constant('team'),
        start: fc.constant(12.5),
      },
      { requiredKeys: ['hash'] },
    ),
    targets: fc.array(
      fc.record({
        type: fc.constantFrom('user', 'role', 'organization'),
        value: fc.string({ minLength: 1, maxLength: 9 }).map((text) => `x${text.trim()}`),
        effect: fc.constantFrom('allow', 'deny'),
      }),
      { maxLength: 3 },
    ),
    rules: fc.array(fc.record({ variant: name }), { maxLength: 2 }),
    public: fc.boolean(),
  })
  .map((fields) => flagOf('player', FlagFields.parse(fields)))

const viewOf = (split: Flag['split']) => {
  const flag = { ...flagOf('player', FlagFields.parse({})), split }
  return flagView(flag, known(flag)).percentage
}

describe('the view of a flag', () => {
  it('is enough to make the flag of it again', () => {
    fc.assert(
      fc.property(flags, (flag) => {
        expect(flagOfView(flagView(flag, known(flag)))).toEqual(flag)
      }),
    )
  })

  it('says where the flag comes from, who changed it last and whether it is archived', () => {
    const flag = flagOf('player', FlagFields.parse({}))
    expect(flagView(flag, known(undefined, { defined: flag, version: 0 }))).toMatchObject({
      origin: 'defined',
    })
    expect(flagView(flag, known(flag, { defined: flag }))).toMatchObject({ origin: 'changed' })
    expect(flagView(flag, known(flag))).toMatchObject({ origin: 'created' })
    expect(flagView(flag, known(flag))).not.toHaveProperty('updated_at')
    const touched = { ...known(flag, { isArchived: true }), updatedAt: 0, updatedBy: 'ada' }
    expect(flagView(flag, touched)).toMatchObject({
      archived: true,
      updated_at: '1970-01-01T00:00:00.000Z',
      updated_by: 'ada',
    })
  })

  it('shows a percentage where that is all there is to the split', () => {
    expect(viewOf([{ variant: 'on', percentage: 5 }])).toBe(5)
    expect(viewOf([{ variant: 'off', percentage: 5 }])).toBeUndefined()
    expect(viewOf([])).toBeUndefined()
    const both = ['on', 'off'].map((variant) => ({ variant, percentage: 5 }))
    expect(viewOf(both)).toBeUndefined()
  })
})

describe('a version', () => {
  const event = {
    entity: 'feature-flag:player',
    seq: 4,
    at: '2026-06-15T12:00:00.000Z',
    actor: { kind: 'user' as const, id: 'user-1', name: 'ada' },
    action: 'feature-flag.changed',
    prevHash: '',
    hash: '',
  }

  const enabled = flagOf('player', FlagFields.parse({ status: 'enabled' }))
  const disabled = flagOf('player', FlagFields.parse({ public: true }))

  it('names the fields that changed, by name, and none that always do', () => {
    const before = flagView(enabled, { ...known(enabled), updatedAt: 0, updatedBy: 'bob' })
    const after = flagView(disabled, { ...known(disabled, { version: 4 }), updatedAt: 1, updatedBy: 'ada' })
    expect(versionView({ ...event, before, after, reason: 'So' })).toMatchObject({
      version: 4,
      by: 'ada',
      changed: ['public', 'status'],
      reason: 'So',
      flag: { status: 'disabled', version: 4 },
    })
  })

  it('in which the flag was archived shows none', () => {
    expect(versionView({ ...event, before: { status: 'enabled' } })).toEqual({
      version: 4,
      at: event.at,
      by: 'ada',
      action: event.action,
      changed: ['status'],
    })
  })
})
