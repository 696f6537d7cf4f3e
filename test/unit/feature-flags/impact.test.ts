import { describe, expect, it } from 'vitest'
import { compileFlag } from '../../../shared/feature-flags/compile.ts'
import { FlagFields, flagOf } from '../../../shared/feature-flags/flag.ts'
import { impactOf } from '../../../shared/feature-flags/impact.ts'

const setOf = (fields: object) =>
  new Map([['player', compileFlag(flagOf('player', FlagFields.parse(fields)), false)]])
const impact = (before: object, after: object, contexts: readonly object[]) =>
  impactOf(
    'player',
    setOf(before),
    setOf(after),
    contexts.map((context) => ({ ...context })),
    () => 0,
  )

const staff = { targetingKey: 'ada', roles: ['staff'] }
const guest = { targetingKey: 'bob' }

describe('the impact of a change', () => {
  it('counts who moves, from where to where, the largest move first', () => {
    const target = { type: 'role', value: 'staff' }
    const after = { status: 'enabled', targets: [{ ...target, effect: 'deny' }] }
    expect(impact({ status: 'targeted', targets: [target] }, after, [staff, guest, guest, {}])).toEqual({
      users: 4,
      changed: 4,
      moves: [
        { from: 'off', to: 'on', users: 3 },
        { from: 'on', to: 'off', users: 1 },
      ],
    })
  })

  it('counts as an error whom the flag could not be evaluated for', () => {
    const half = { status: 'percentage', percentage: 50 }
    expect(impact({ status: 'enabled' }, half, [{ plan: 'pro' }])).toMatchObject({
      moves: [{ from: 'on', to: 'error', users: 1 }],
    })
  })

  it('is nothing without users, and for a change that moves nobody', () => {
    expect(impact({ status: 'enabled' }, {}, [])).toEqual({ users: 0, changed: 0, moves: [] })
    expect(impact({}, { status: 'targeted' }, [guest])).toEqual({ users: 1, changed: 0, moves: [] })
  })
})
