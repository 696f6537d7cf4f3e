import { describe, expect, it } from 'vitest'
import { FlagFields, flagOf, type Flag } from '../../../shared/feature-flags/flag.ts'
import { prerequisiteFaults } from '../../../shared/feature-flags/prerequisites.ts'

const needing = (key: string, ...others: readonly string[]): Flag =>
  flagOf(key, FlagFields.parse({ prerequisites: others.map((flag) => ({ flag, variant: 'on' })) }))

const mapOf = (flags: readonly Flag[]) => new Map(flags.map((flag) => [flag.key, flag]))

/** Layers of so many flags each; every flag needs all flags of the layer before it. */
function layers(count: number, width: number): Flag[] {
  const names = (layer: number) => Array.from({ length: layer < 0 ? 0 : width }, (_, n) => `l${layer}-${n}`)
  return Array.from({ length: count }, (_, layer) => layer).flatMap((layer) =>
    names(layer).map((key) => needing(key, ...names(layer - 1))),
  )
}

describe('prerequisites', () => {
  it('are allowed as far as evaluation follows them, and no further', () => {
    const chain = Array.from({ length: 10 }, (_, n) =>
      n === 0 ? needing('c0') : needing(`c${n}`, `c${n - 1}`),
    )
    expect(prerequisiteFaults(needing('c9', 'c8'), mapOf(chain.slice(0, 9)))).toEqual([])
    expect(prerequisiteFaults(needing('c10', 'c9'), mapOf(chain))).toEqual([
      {
        path: 'prerequisites',
        reason: 'must not make c10 depend on more than 100 flags, or over more than 9 steps',
      },
    ])
  })

  it('are refused where so many ways lead to the same flags that evaluation would take long', () => {
    const flags = layers(3, 8)
    const [, ...needed] = flags.slice(8, 16).map(({ key }) => key)
    expect(prerequisiteFaults(needing('fine', ...needed), mapOf(flags.slice(0, 16)))).toEqual([])
    expect(prerequisiteFaults(needing('top', 'l2-0', 'l2-1'), mapOf(flags))).toMatchObject([
      { path: 'prerequisites', reason: expect.stringContaining('top depend on more than 100 flags') },
    ])
  })

  it('count for the flags that need the changed one, too', () => {
    const flags = [
      ...layers(1, 9),
      needing('base'),
      needing('middle', 'base'),
      ...['a', 'b', 'c'].map((key) => needing(key, 'middle')),
    ]
    const chain = Array.from({ length: 7 }, (_, n) => needing(`d${n}`, n === 0 ? 'a' : `d${n - 1}`))
    expect(prerequisiteFaults(needing('base', 'l0-0'), mapOf([...flags, ...chain]))).toMatchObject([
      { reason: expect.stringContaining('d6 depend on') },
    ])
    expect(prerequisiteFaults(needing('base'), mapOf([...flags, ...chain]))).toEqual([])
  })

  it('may stand in circles of other definitions without an end of the search', () => {
    const circle = [needing('x', 'y'), needing('y', 'x')]
    expect(prerequisiteFaults(needing('z', 'x'), mapOf(circle))).toEqual([])
  })

  it('that others name and that are gone lead nowhere', () => {
    expect(prerequisiteFaults(needing('z', 'x'), mapOf([needing('x', 'gone')]))).toEqual([])
  })
})
