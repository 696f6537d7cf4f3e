import { describe, expect, it } from 'vitest'
import {
  applyBundle,
  bundleInForce,
  bundleView,
  revertBundle,
  type KnownBundle,
} from '../../../shared/feature-flags/change-bundle.ts'
import type { KnownFlag } from '../../../shared/feature-flags/change-flag.ts'
import { FlagFields, flagOf } from '../../../shared/feature-flags/flag.ts'

const known = (key: string, fields: object, more: Partial<KnownFlag> = {}): KnownFlag => ({
  key,
  defined: undefined,
  stored: flagOf(key, FlagFields.parse(fields)),
  isArchived: false,
  isSwitched: false,
  switchVersion: 0,
  version: 1,
  ...more,
})

const killswitch = { category: 'killswitch' }
const on = { status: 'enabled' }

describe('applying a bundle', () => {
  it('throws every switch, those that are thrown already once more, and none where there is nothing to do', () => {
    const changes = applyBundle([
      known('on', on),
      known('off', {}),
      known('kill', killswitch),
      known('killed', killswitch, { isSwitched: true }),
      known('gone', on, { isArchived: true }),
    ])
    expect(changes.map(({ decision }) => [decision.next.key, decision.next.isSwitched])).toEqual([
      ['on', true],
      ['kill', true],
      ['killed', true],
    ])
  })
})

describe('reverting a bundle', () => {
  const thrown = ['on', 'kill', 'moved', 'gone', 'left'].map((key) => ({ key, version: 2 }))

  it('takes back its own switches, and names those that somebody has moved or taken away since', () => {
    const flags = [
      known('on', on, { isSwitched: true, switchVersion: 2, version: 2 }),
      known('kill', killswitch, { isSwitched: true, switchVersion: 2, version: 2 }),
      known('moved', on, { isSwitched: true, switchVersion: 3, version: 3 }),
      known('gone', on, { isArchived: true, switchVersion: 2, version: 2 }),
      known('never', on, { isSwitched: true, switchVersion: 2, version: 2 }),
    ]
    const { changes, kept } = revertBundle({ thrown }, flags)
    expect(changes.map(({ decision }) => [decision.next.key, decision.next.isSwitched])).toEqual([
      ['on', false],
      ['kill', false],
    ])
    expect(kept).toEqual(['moved', 'gone', 'left'])
  })

  it('takes a switch back also when something else of its flag has changed', () => {
    const edited = known('on', on, { isSwitched: true, switchVersion: 2, version: 5 })
    const { changes, kept } = revertBundle({ thrown: [{ key: 'on', version: 2 }] }, [edited])
    expect(changes.map(({ decision: { next } }) => [next.isSwitched, next.version])).toEqual([[false, 6]])
    expect(kept).toEqual([])
  })

  it('does nothing where nothing was thrown', () => {
    expect(revertBundle({}, [known('on', on)])).toEqual({ changes: [], kept: [] })
  })
})

describe('a bundle', () => {
  const defined = { name: 'all', description: 'Defined', flags: ['on', 'nobody'] }
  const bundle: KnownBundle = { name: 'all', defined, stored: undefined, applied: undefined, version: 0 }

  it('is the stored one over the defined one', () => {
    const stored = { ...defined, description: 'Stored' }
    expect(bundleInForce({ ...bundle, stored })).toBe(stored)
    expect(bundleInForce(bundle)).toBe(defined)
    expect(bundleInForce({ ...bundle, defined: undefined })).toBeUndefined()
  })

  it('is what it has thrown when its definition is gone while it is applied', () => {
    const applied = { at: 0, by: 'ada', thrown: [{ key: 'on', version: 2 }] }
    expect(bundleInForce({ ...bundle, defined: undefined, applied })).toEqual({
      name: 'all',
      description: 'No longer defined',
      flags: ['on'],
    })
  })

  it('is shown with the flags that there are, and with what applying it has thrown', () => {
    const flags = new Map([['on', known('on', on, { isSwitched: true })]])
    expect(bundleView(defined, bundle, flags)).toEqual({
      ...defined,
      flags: [{ key: 'on', status: 'disabled' }],
      missing: ['nobody'],
      applied: false,
      version: 0,
    })
    const applied = { at: 0, by: 'ada', thrown: [{ key: 'on', version: 2 }] }
    expect(bundleView(defined, { ...bundle, applied, version: 1 }, flags)).toMatchObject({
      applied: true,
      applied_at: '1970-01-01T00:00:00.000Z',
      applied_by: 'ada',
      thrown: ['on'],
      version: 1,
    })
  })
})
