import { describe, expect, it } from 'vitest'
import {
  archive,
  disable,
  editFlag,
  enable,
  engage,
  flagInForce,
  putFlag,
  shownFlag,
  statusOf,
  targetIdOf,
  throwSwitch,
  withoutTarget,
  withTarget,
  type KnownFlag,
} from '../../../shared/feature-flags/change-flag.ts'
import { FlagFields, flagOf, type Flag } from '../../../shared/feature-flags/flag.ts'

const flagWith = (fields: object = {}): Flag => flagOf('player', FlagFields.parse(fields))
const plain = flagWith({ status: 'enabled' })
const killswitch = flagWith({ category: 'killswitch' })

const known = (fields: Partial<KnownFlag> = {}): KnownFlag => ({
  key: 'player',
  defined: undefined,
  stored: plain,
  isArchived: false,
  isSwitched: false,
  switchVersion: 0,
  version: 7,
  ...fields,
})

describe('the flag in force', () => {
  it('is the stored one over the defined one, and none when it is archived', () => {
    const defined = flagWith({ description: 'Defined' })
    expect(flagInForce(known({ defined }))).toBe(plain)
    expect(flagInForce(known({ defined, stored: undefined }))).toBe(defined)
    expect(flagInForce(known({ stored: undefined }))).toBeUndefined()
    expect(flagInForce(known({ defined, isArchived: true }))).toBeUndefined()
  })
})

describe('the status that people see', () => {
  it('is engaged or not for a killswitch, whatever is stored', () => {
    expect([statusOf(killswitch, true), statusOf(killswitch, false)]).toEqual(['enabled', 'disabled'])
    expect(shownFlag(killswitch, true).status).toBe('enabled')
  })

  it('is disabled for any other flag whose switch is thrown', () => {
    expect([statusOf(plain, true), statusOf(plain, false)]).toEqual(['disabled', 'enabled'])
  })
})

describe('putting a flag', () => {
  it('is a creation where there was none, else a change, or what the caller calls it', () => {
    expect(putFlag(known({ stored: undefined }), plain).action).toBe('feature-flag.created')
    expect(putFlag(known(), plain).action).toBe('feature-flag.changed')
    expect(putFlag(known(), plain, 'feature-flag.rolled-back').action).toBe('feature-flag.rolled-back')
  })

  it('takes its switch back, and brings it out of the archive', () => {
    const { next } = putFlag(known({ isSwitched: true, isArchived: true }), plain)
    expect(next).toMatchObject({ stored: plain, isSwitched: false, isArchived: false, version: 8 })
  })

  it('engages a killswitch by its switch alone', () => {
    const { next } = putFlag(known(), flagWith({ category: 'killswitch', status: 'enabled' }))
    expect(next).toMatchObject({ stored: { status: 'disabled' }, isSwitched: true })
  })
})

describe('editing a flag', () => {
  it('leaves its switch where it is', () => {
    const edited = flagWith({ description: 'New' })
    expect(editFlag(known({ isSwitched: true }), edited)).toMatchObject({
      next: { stored: edited, isSwitched: true, version: 8 },
      action: 'feature-flag.changed',
      isSwitch: false,
    })
  })
})

describe('a switch', () => {
  it.each([
    [killswitch, true, 'feature-flag.engaged'],
    [killswitch, false, 'feature-flag.released'],
    [plain, true, 'feature-flag.disabled'],
    [plain, false, 'feature-flag.restored'],
  ] as const)('has a word for each move', (flag, isSwitched, action) => {
    const decision = throwSwitch(known({ stored: flag, isSwitched: !isSwitched }), flag, isSwitched)
    expect(decision).toMatchObject({ next: { isSwitched, version: 8 }, action, isSwitch: true })
  })

  it('is thrown once more by whoever says so again, which is a version of its own', () => {
    expect(engage(known({ isSwitched: true }), killswitch)).toMatchObject({
      next: { isSwitched: true, version: 8 },
    })
    expect(disable(known({ isSwitched: true }), plain)).toMatchObject({
      next: { isSwitched: true, version: 8 },
    })
  })

  it('moves nothing that is where it should be without it', () => {
    expect(engage(known(), killswitch)?.next.isSwitched).toBe(true)
    expect(enable(known(), plain)).toBeUndefined()
    expect(enable(known({ isSwitched: true }), plain)).toMatchObject({
      next: { isSwitched: false, stored: { status: 'enabled' } },
      action: 'feature-flag.enabled',
    })
    expect(disable(known(), flagWith({}))).toBeUndefined()
    expect(disable(known(), plain)?.next.isSwitched).toBe(true)
    expect(disable(known(), killswitch)).toBeUndefined()
    expect(disable(known({ isSwitched: true }), killswitch)?.next.isSwitched).toBe(false)
  })
})

describe('archiving', () => {
  it('takes the flag and its switch out of force', () => {
    const { next, action } = archive(known({ isSwitched: true }))
    expect(next).toMatchObject({ isArchived: true, isSwitched: false, version: 8 })
    expect([flagInForce(next), action]).toEqual([undefined, 'feature-flag.archived'])
  })
})

describe('targets', () => {
  const ada = { type: 'user', value: 'ada', effect: 'allow' } as const

  it('take the place of the same one, and are removed by their id', () => {
    const denied = { ...ada, effect: 'deny' } as const
    const flag = withTarget(withTarget(plain, ada), denied)
    expect(flag.targets).toEqual([denied])
    expect(withTarget(flag, { ...ada, type: 'role' }).targets).toHaveLength(2)
    expect(withoutTarget(flag, targetIdOf(ada))?.targets).toEqual([])
    expect(withoutTarget(flag, 'user-0000000000000000')).toBeUndefined()
  })
})

describe('the version in which somebody said how the switch is to be', () => {
  const before = known({ switchVersion: 3 })
  it.each([
    ['putting', putFlag(before, plain)],
    ['throwing', throwSwitch(before, plain, true)],
    ['archiving', archive(before)],
  ])('is the new one: %s', (_name, { next }) => {
    expect([next.switchVersion, next.version]).toEqual([8, 8])
  })

  it('stays when something else of the flag changes', () => {
    expect(editFlag(before, plain).next).toMatchObject({ switchVersion: 3, version: 8 })
  })
})
