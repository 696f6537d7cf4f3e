import { describe, expect, it, test } from 'vitest'
import { BUCKETS, bucketerOf } from '../../../shared/feature-flags/bucketing.ts'
import { havers, idShapes, ownBucketer, type FlagInput } from '../../support/flags.ts'

const IDS = 1_000_000
const shapes = idShapes(IDS)
const some = idShapes(20_000)
const mixed = [...some.uuid, ...some.integer, ...some.email]

/** How many standard deviations a count lies off. */
const zOf = (count: number, tries: number, chance: number): number =>
  (count - tries * chance) / Math.sqrt(tries * chance * (1 - chance))

const counted = (flags: readonly boolean[]): number => flags.filter(Boolean).length

describe.each(Object.entries(shapes))('over 1,000,000 ids of the shape %s', (_, ids) => {
  const bucketOf = ownBucketer('enable_live_streaming')
  const buckets = Uint32Array.from(ids, bucketOf)

  it.each([0.001, 0.5, 1, 10, 25, 50, 99.9])('%s %% are on, but for chance', (percentage) => {
    const bound = Math.round(percentage * 1_000)
    const on = buckets.reduce((count, bucket) => count + Number(bucket < bound), 0)
    expect(Math.abs(zOf(on, IDS, percentage / 100))).toBeLessThan(4)
  })

  it('all buckets are equally full, but for chance', () => {
    const full = new Uint32Array(BUCKETS)
    for (const bucket of buckets) full[bucket] = (full[bucket] ?? 0) + 1
    const expected = IDS / BUCKETS
    const chiSquare = full.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // Of many degrees of freedom, chi-square is as good as normal.
    expect(Math.abs((chiSquare - (BUCKETS - 1)) / Math.sqrt(2 * (BUCKETS - 1)))).toBeLessThan(4)
  })
})

test('raising a percentage removes nobody', () => {
  let before = havers({ status: 'percentage', percentage: 0 }, mixed)
  for (const percentage of [0.001, 0.5, 1, 5, 12.345, 50, 99.999, 100]) {
    const after = havers({ status: 'percentage', percentage }, mixed)
    expect(before.filter((had, index) => had && after[index] !== true)).toHaveLength(0)
    before = after
  }
  expect(counted(before)).toBe(mixed.length)
})

test('whoever has one flag has another one no more often than anybody', () => {
  const first = mixed.map(ownBucketer('beta_watch_parties'))
  const second = mixed.map(ownBucketer('enable_new_player'))
  const both = first.filter((bucket, index) => bucket < 50_000 && (second[index] ?? 0) < 50_000).length
  expect(Math.abs(zOf(both, mixed.length, 0.25))).toBeLessThan(4)
})

describe('nobody moves', () => {
  const rollout = { status: 'percentage', percentage: 50 } as const
  const before = havers(rollout, mixed)

  it.each<[string, FlagInput]>([
    ['a restart', rollout],
    [
      'a new description, owner, category and tags',
      { ...rollout, description: 'x', owner: 'y', tags: ['z'] },
    ],
    ['a new category', { ...rollout, category: 'experiment' }],
    ['a target that is somebody else', { ...rollout, targets: [{ type: 'user', value: 'nobody' }] }],
    [
      'a split in place of the rollout',
      {
        status: 'percentage',
        split: [
          { variant: 'on', percentage: 50 },
          { variant: 'off', percentage: 50 },
        ],
      },
    ],
    ['a rule that nobody fits', { ...rollout, rules: [{ when: [isOn('x')], variant: 'on' }] }],
    [
      'the rollout as a rule',
      { status: 'targeted', rules: [{ split: [{ variant: 'on', percentage: 50 }] }] },
    ],
  ])('by %s', (_, fields) => {
    expect(havers(fields, mixed)).toEqual(before)
  })

  it('when a flag is disabled and enabled again', () => {
    expect(counted(havers({ ...rollout, status: 'disabled' }, mixed))).toBe(0)
    expect(havers(rollout, mixed)).toEqual(before)
  })
})

function isOn(attribute: string) {
  return { attribute, operator: 'present' as const }
}

test('a share ends before the bucket that its percentage names', () => {
  for (const id of mixed.slice(0, 100)) {
    const bucket = ownBucketer('it')(id)
    const at = (percentage: number) => havers({ status: 'percentage', percentage }, [id])
    expect([at(bucket / 1_000), at((bucket + 1) / 1_000)]).toEqual([[false], [true]])
  }
})

test('everybody moves with another salt, or half of them do', () => {
  const before = havers({ status: 'percentage', percentage: 50 }, mixed)
  const after = havers({ status: 'percentage', percentage: 50, bucketing: { salt: 'another' } }, mixed)
  const moved = before.filter((had, index) => had !== after[index]).length
  expect(Math.abs(zOf(moved, mixed.length, 0.5))).toBeLessThan(4)
})

test('shares that start further on hold others, and all of them are held once around', () => {
  const starts = [0, 25, 50, 75].map((start) => bucketerOf({ hash: 'murmur3', salt: 'layer', start }, 'x'))
  const plain = bucketerOf({ hash: 'murmur3', salt: 'layer' }, 'x')
  for (const id of some.uuid) {
    const turned = [0, 25_000, 50_000, 75_000].map((start) => (plain(id) - start + BUCKETS) % BUCKETS)
    expect(starts.map((bucketOf) => bucketOf(id))).toEqual(turned)
    expect(turned.filter((bucket) => bucket < 25_000)).toHaveLength(1)
  }
})
