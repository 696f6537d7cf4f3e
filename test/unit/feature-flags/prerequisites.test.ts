import { describe, expect, it } from 'vitest'
import { FlagFields, flagOf, type Flag } from '../../../shared/feature-flags/flag.ts'
import {
  dependentsOf,
  missingVariants,
  prerequisiteFaults,
} from '../../../shared/feature-flags/prerequisites.ts'

const on = (flag: string) => ({ flag, variant: 'on' })
const flagNeeding = (key: string, prerequisites: readonly object[] = []): Flag =>
  flagOf(key, FlagFields.parse({ prerequisites }))
const mapOf = (...flags: readonly Flag[]) => new Map(flags.map((flag) => [flag.key, flag]))

const faultsOf = (flag: Flag, ...others: readonly Flag[]) =>
  prerequisiteFaults(flag, mapOf(...others)).map(({ reason }) => reason)

describe('prerequisites', () => {
  it('are flags, with a variant of theirs', () => {
    const flag = flagNeeding('a', [on('b'), on('nobody'), { flag: 'b', variant: 'toString' }])
    expect(prerequisiteFaults(flag, mapOf(flagNeeding('b'))).map(({ path }) => path)).toEqual([
      'prerequisites.1.flag',
      'prerequisites.2.variant',
    ])
  })

  it('never lead back, directly or over others that are visited once', () => {
    expect(faultsOf(flagNeeding('a', [on('a')]))).toEqual(['must not lead back to the flag: a → a'])
    const diamond = [flagNeeding('b', [on('d')]), flagNeeding('c', [on('d')]), flagNeeding('d')]
    expect(faultsOf(flagNeeding('a', [on('b'), on('c')]), ...diamond)).toEqual([])
    const closed = [flagNeeding('b'), flagNeeding('c', [on('d')]), flagNeeding('d', [on('a')])]
    expect(faultsOf(flagNeeding('a', [on('b'), on('c')]), ...closed)).toEqual([
      'must not lead back to the flag: a → c → d → a',
    ])
  })

  it('of others name variants that a flag has to keep', () => {
    const needing = flagNeeding('a', [on('b'), on('c')])
    const renamed = flagOf('b', FlagFields.parse({ variants: { yes: true, off: false }, on: 'yes' }))
    expect(missingVariants(renamed, mapOf(needing))).toEqual([
      { path: 'variants', reason: 'must hold "on", which a needs' },
    ])
    expect(missingVariants(flagNeeding('b'), mapOf(needing))).toEqual([])
  })

  it('say who needs a flag', () => {
    const flags = mapOf(flagNeeding('a', [on('c')]), flagNeeding('b'), flagNeeding('c'))
    expect([dependentsOf('c', flags), dependentsOf('a', flags)]).toEqual([['a'], []])
  })
})
