import { describe, expect, it } from 'vitest'
import { importFlags, type Vendor } from '../../../../shared/feature-flags/imports/index.ts'
import { reasons } from './placement.ts'

/** Why nothing of a definition is imported, by key; and what is, by mistake. */
function skippedOf(vendor: Vendor, definition: unknown): Readonly<Record<string, string>> {
  const given = importFlags(vendor, definition)
  return { ...reasons(given), ...Object.fromEntries(given.flags.map(({ key }) => [key, 'imported'])) }
}

const saying = (reason: string) => expect.stringContaining(reason) as string

describe.each(['unleash', 'growthbook', 'launchdarkly', 'flagd'] as const)('of %s', (vendor) => {
  it.each([undefined, null, 'text', [], {}, { features: 5, flags: 5 }])(
    'nothing is imported of %j, and the reason is given',
    (definition) => {
      expect(skippedOf(vendor, definition)).toEqual({ '*': saying("It is not in the vendor's format") })
    },
  )
})

const unleashStrategy = (more: object) => ({
  name: 'x',
  enabled: true,
  strategies: [{ name: 'default', ...more }],
})
const unleashRollout = (parameters: object) => unleashStrategy({ name: 'flexibleRollout', parameters })
const unleashConstraint = (more: object) => unleashStrategy({ constraints: [{ contextName: 'a', ...more }] })

const on = (name: string, ...dependencies: object[]) => ({ name, enabled: true, dependencies })

describe('a feature of Unleash is skipped', () => {
  it.each([
    ['it is in another format', { name: 'x' }, 'enabled: '],
    ['its name is no key', { name: 'x y', enabled: true }, '"x y" is no key here'],
    ['it has a strategy of its own', unleashStrategy({ name: 'moon' }), 'the strategy "moon"'],
    [
      'it depends on hosts',
      unleashStrategy({ name: 'applicationHostname' }),
      'the strategy "applicationHostname"',
    ],
    ['it is random', unleashRollout({ rollout: 50, stickiness: 'random' }), 'at random'],
    [
      'it asks for the time',
      unleashConstraint({ operator: 'DATE_AFTER', value: '2026-01-01' }),
      '"DATE_AFTER"',
    ],
    ['it has a pattern', unleashConstraint({ operator: 'REGEX', value: '.' }), '"REGEX"'],
    [
      'it ignores case',
      unleashConstraint({ operator: 'STR_CONTAINS', values: ['a'], caseInsensitive: true }),
      'upper and lower case',
    ],
    [
      'it has no version',
      unleashConstraint({ operator: 'SEMVER_EQ', value: '1.2' }),
      '"1.2", which is no version',
    ],
    [
      'its values are too long',
      unleashConstraint({ operator: 'IN', values: ['x'.repeat(257)] }),
      'breaks rules: rules.0.when.0',
    ],
    [
      'it has too many alternatives',
      unleashStrategy({
        constraints: ['a', 'b', 'c', 'd', 'e', 'f'].map((contextName) => ({
          contextName,
          operator: 'SEMVER_GTE',
          value: '1.0.0',
        })),
      }),
      'more than 50 rules',
    ],
  ])('when %s', (_, feature, reason) => {
    expect(skippedOf('unleash', { features: [feature] })).toEqual({ [feature.name]: saying(reason) })
  })

  it('when what it depends on is skipped, is missing or can never be', () => {
    const { flags, skipped } = importFlags('unleash', {
      features: [
        { name: 'random', enabled: true, strategies: [{ name: 'gradualRolloutRandom' }] },
        on('a', { feature: 'random' }),
        on('b', { feature: 'a' }),
        on('c', { feature: 'gone', enabled: false }),
        on('d', { feature: 'fine', variants: ['red', 'blue'] }),
        on('e', { feature: 'fine', variants: ['disabled'] }),
        on('fine'),
      ],
    })
    expect(flags.map(({ key }) => key)).toEqual(['fine'])
    expect(reasons({ flags, skipped })).toEqual({
      random: 'It has the strategy "gradualRolloutRandom".',
      a: 'It needs the flag "random", which is not imported.',
      b: 'It depends on "a", which depends on others: Unleash never lets it on.',
      c: 'It needs the flag "gone", which is not imported.',
      d: 'It depends on one of several variants of "fine".',
      e: 'It depends on one of several variants of "fine".',
    })
  })

  it.each([
    ['random', { variants: [{ name: 'a', weight: 1, stickiness: 'random' }] }, 'variants at random'],
    [
      'two of a name',
      { variants: ['1', '2'].map((value) => ({ name: 'a', weight: 1, payload: { type: 'string', value } })) },
      'more than one variant "a"',
    ],
    [
      'one called disabled',
      { variants: [{ name: 'disabled', weight: 1 }] },
      'more than one variant "disabled"',
    ],
    ['too heavy', { variants: [{ name: 'a', weight: 100_001 }] }, 'more than 100,000'],
    [
      'without JSON',
      { variants: [{ name: 'a', weight: 1, payload: { type: 'json', value: '{' } }] },
      'is no JSON',
    ],
    [
      'of a strategy behind another with a percentage',
      {
        strategies: [
          { name: 'flexibleRollout', parameters: { rollout: 50 } },
          { name: 'default', variants: [{ name: 'a', weight: 1 }] },
        ],
      },
      'A strategy before the last has a percentage',
    ],
  ])('in its variants alone, when these are %s', (_, more, reason) => {
    const { flags, skipped } = importFlags('unleash', { features: [{ name: 'x', enabled: true, ...more }] })
    expect(flags.map(({ key }) => key)).toEqual(['x'])
    expect(skipped).toEqual([{ key: 'x.variant', reason: saying(reason) }])
  })

  it('when another would have its key', () => {
    const variants = [{ name: 'a', weight: 1 }]
    const { flags, skipped } = importFlags('unleash', {
      features: [
        { name: 'x', enabled: true, variants },
        { name: 'x.variant', enabled: true },
      ],
    })
    expect(flags.map(({ key }) => key)).toEqual(['x'])
    expect(skipped).toEqual([{ key: 'x.variant', reason: 'More than one flag would have this key.' }])
  })
})

const growthbookRules = (...list: object[]) => ({ defaultValue: false, rules: list })
const growthbookCondition = (value: object) => growthbookRules({ condition: value, force: true })

describe('a feature of GrowthBook is skipped', () => {
  it.each([
    ['it is in another format', { rules: 5 }, 'rules: '],
    [
      'it depends on features',
      growthbookRules({ parentConditions: [{ id: 'y' }], force: true }),
      'depends on other features',
    ],
    ['it is a bandit', growthbookRules({ contextualBanditRef: 'y' }), 'contextual bandit'],
    ['it is a bandit with values', growthbookRules({ contextualVariations: [1, 2] }), 'contextual bandit'],
    [
      'it remembers users',
      growthbookRules({ fallbackAttribute: 'device', variations: [1, 2] }),
      'sticky buckets',
    ],
    [
      'it has a namespace and other rules',
      growthbookRules({ namespace: ['n', 0, 1], variations: [true, false] }, { force: true }),
      'beside other rules',
    ],
    ['it has a pattern', growthbookCondition({ a: { $regex: '.' } }), '"$regex"'],
    [
      'it has a condition of a kind unknown',
      growthbookCondition({ $savedGroup: { id: 'y' } }),
      '"$savedGroup"',
    ],
    ['it looks into objects', growthbookCondition({ 'a.b': 1 }), 'looks into an attribute: "a.b"'],
    ['it compares by the alphabet', growthbookCondition({ a: { $gt: 'm' } }), '"$gt" by the alphabet'],
    ['it compares with a list', growthbookCondition({ a: [1] }), 'a list or an object'],
    ['it compares with a word for nothing', growthbookCondition({ a: 'null' }), 'the text "null"'],
    ['it has a list of objects', growthbookCondition({ a: { $in: [{}] } }), 'a list of objects'],
    ['it has a list that is none', growthbookCondition({ a: { $in: 'x' } }), 'a list that is none'],
    ['it names no group', growthbookCondition({ a: { $inGroup: 'y' } }), 'saved group'],
    ['it names a group by a number', growthbookCondition({ a: { $inGroup: 5 } }), 'saved group'],
    ['its alternatives are none', growthbookCondition({ $or: [5] }), 'alternatives that are no list'],
  ])('when %s', (_, feature, reason) => {
    expect(skippedOf('growthbook', { features: { x: feature } })).toEqual({ x: saying(reason) })
  })
})

const launchdarklyFlag = (more: object) => ({
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 0 },
  ...more,
})
const launchdarklyClause = (more: object) =>
  launchdarklyFlag({ rules: [{ clauses: [{ op: 'in', values: ['x'], ...more }], variation: 0 }] })
const segments = {
  big: { unbounded: true },
  part: { rules: [{ weight: 50_000 }] },
  one: { rules: [{ clauses: [{ op: 'segmentMatch', values: ['two'] }] }] },
  two: { rules: [{}, { clauses: [{ op: 'segmentMatch', values: ['one'] }] }] },
}

describe('a flag of LaunchDarkly is skipped', () => {
  it.each([
    ['it is in another format', launchdarklyFlag({ on: 'yes' }), 'on: '],
    ['it has no off variation', launchdarklyFlag({ offVariation: null }), 'no off variation'],
    ['a rule has no outcome', launchdarklyFlag({ fallthrough: {} }), 'neither a variation nor a rollout'],
    [
      'a variation is missing',
      launchdarklyFlag({ fallthrough: { variation: 7 } }),
      'must be one of the variants',
    ],
    [
      'a target has spaces',
      launchdarklyFlag({ targets: [{ variation: 0, values: [' x'] }] }),
      'spaces around it',
    ],
    ['it has a pattern', launchdarklyClause({ attribute: 'a', op: 'matches' }), 'a clause with "matches"'],
    [
      'it looks into objects',
      launchdarklyClause({ attribute: '/a/b', contextKind: 'user' }),
      'looks into an attribute',
    ],
    ['it asks for the kind', launchdarklyClause({ attribute: 'kind' }), 'the attribute "kind"'],
    ['it asks for nothing', launchdarklyClause({}), 'the attribute ""'],
    [
      'it asks more of an organization',
      launchdarklyClause({ attribute: 'plan', contextKind: 'organization' }),
      'the kind "organization"',
    ],
    [
      'a segment is elsewhere',
      launchdarklyClause({ op: 'segmentMatch', values: ['big'] }),
      'members are elsewhere',
    ],
    [
      'a segment has a percentage',
      launchdarklyClause({ op: 'segmentMatch', values: ['part'] }),
      'a segment with a percentage',
    ],
    [
      'a segment leads back to itself',
      launchdarklyClause({ op: 'segmentMatch', values: ['one'] }),
      'leads back to itself',
    ],
  ])('when %s', (_, given, reason) => {
    expect(skippedOf('launchdarkly', { flags: { x: given }, segments })).toEqual({ x: saying(reason) })
    expect(skippedOf('launchdarkly', { flags: { x: given, gone: { deleted: true } }, segments })).toEqual({
      x: saying(reason),
    })
  })

  it('when it needs what another has without its own prerequisites', () => {
    const { flags, skipped } = importFlags('launchdarkly', {
      flags: {
        base: launchdarklyFlag({}),
        middle: launchdarklyFlag({ prerequisites: [{ key: 'base', variation: 0 }] }),
        top: launchdarklyFlag({ prerequisites: [{ key: 'middle', variation: 1 }] }),
        lost: launchdarklyFlag({ prerequisites: [{ key: 'gone', variation: 0 }] }),
      },
    })
    expect(flags.map(({ key }) => key)).toEqual(['base', 'middle'])
    expect(skipped).toEqual([
      { key: 'top', reason: saying('when its own prerequisites fail') },
      { key: 'lost', reason: 'It needs the flag "gone", which is not imported.' },
    ])
  })

  it('not when it comes alone', () => {
    const { flags, skipped } = importFlags('launchdarkly', { key: 'alone', ...launchdarklyFlag({}) })
    expect(flags.map(({ key }) => key)).toEqual(['alone'])
    expect(skipped).toEqual([])
  })
})

const flagdFlag = (more: object) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  ...more,
})
const flagdTargeting = (given: unknown) => flagdFlag({ targeting: given })
const flagdWhen = (condition: unknown) => flagdTargeting({ if: [condition, 'on'] })
const flagdFractional = (...entries: unknown[]) => flagdTargeting({ fractional: entries })
const a = { var: 'a' }

describe('a flag of flagd is skipped', () => {
  it.each([
    ['it is in another format', { state: 'MAYBE' }, 'state: '],
    ['it is disabled', flagdFlag({ state: 'DISABLED' }), 'It is disabled'],
    ['it has no default variant', flagdFlag({ defaultVariant: null }), 'no default variant'],
    ['its default variant is missing', flagdFlag({ defaultVariant: 'x' }), 'must be one of the variants'],
    ['it targets no variant', flagdTargeting({ if: [a, 'x'] }), 'targets "x"'],
    ['it targets an attribute', flagdTargeting(a), 'It targets what {"var":"a"} says'],
    ['it targets an object', flagdTargeting({ if: [a, { x: 1, y: 2 }] }), 'It targets what'],
    ['it targets what may be a text', flagdTargeting({ and: [{ '==': [a, 1] }, 'x'] }), 'It targets what'],
    ['it reads the time', flagdWhen({ '>': [{ var: '$flagd.timestamp' }, 5] }), 'It reads'],
    ['it reads everything', flagdWhen({ var: '' }), 'It reads'],
    ['it has another value to fall back on', flagdWhen({ var: ['a', 'b'] }), 'It reads'],
    ['it compares two attributes', flagdWhen({ '==': [a, a] }), 'does not compare an attribute with a value'],
    ['it compares nothing', flagdWhen({ '==': [] }), 'does not compare an attribute with a value'],
    ['it compares one', flagdWhen({ '==': [a] }), 'does not compare an attribute with a value'],
    ['it compares two values', flagdWhen({ '==': [1, 1] }), 'does not compare an attribute with a value'],
    ['it compares three', flagdWhen({ '==': [a, 1, 1] }), 'does not compare an attribute with a value'],
    ['it compares by the alphabet', flagdWhen({ '<': [a, 'm'] }), '"<" by the alphabet'],
    ['it searches a text', flagdWhen({ in: [a, 'text'] }), 'an "in" of another form'],
    ['it searches for a number', flagdWhen({ in: [5, a] }), 'an "in" of another form'],
    ['it searches objects', flagdWhen({ in: [a, [{}]] }), 'an "in" of another form'],
    [
      'it has the beginning of nothing',
      flagdWhen({ starts_with: [a, 5] }),
      '"starts_with" that does not compare',
    ],
    ['it has the end of a value', flagdWhen({ ends_with: ['x', 'y'] }), '"ends_with" that does not compare'],
    ['it has no version', flagdWhen({ sem_ver: [a, '=', 'new'] }), '"sem_ver" that does not compare'],
    [
      'it has an object for a version',
      flagdWhen({ sem_ver: [a, '=', {}] }),
      '"sem_ver" that does not compare',
    ],
    [
      'it compares versions strangely',
      flagdWhen({ sem_ver: [a, '==', '1.0.0'] }),
      '"sem_ver" that does not compare',
    ],
    [
      'it compares versions alone',
      flagdWhen({ sem_ver: ['1.0.0', '=', '1.0.0'] }),
      '"sem_ver" that does not compare',
    ],
    ['it has an "and" of nothing', flagdWhen({ and: [] }), 'of nothing'],
    ['it counts', flagdWhen({ '+': [a, 1] }), 'the operation "+"'],
    ['its condition is data', flagdWhen({ x: 1, y: 2 }), 'for a condition'],
    ['its condition is a list', flagdWhen([1]), 'for a condition'],
    ['its evaluator is missing', flagdWhen({ $ref: 'gone' }), 'the operation "$ref"'],
    ['it hashes a text', flagdFractional('text', ['on', 1]), 'something else than an attribute'],
    [
      'it hashes texts alone',
      flagdFractional({ cat: ['x', 'y'] }, ['on', 1]),
      'texts and then one attribute',
    ],
    ['it hashes two attributes', flagdFractional({ cat: [a, a] }, ['on', 1]), 'texts and then one attribute'],
    ['its weights are no numbers', flagdFractional(['on', { var: 'share' }]), 'names and whole weights'],
    [
      'its weights divide too finely',
      flagdFractional(['on', 1], ['off', 100_000]),
      'more than 100,000 parts',
    ],
    ['its fractions are of no variant', flagdFractional(['x', 1], ['on', 1]), 'must be one of the variants'],
  ])('when %s', (_, given, reason) => {
    expect(skippedOf('flagd', { flags: { x: given } })).toEqual({ x: saying(reason) })
  })

  it('without losing the others', () => {
    const { flags, skipped } = importFlags('flagd', {
      flags: { x: flagdFlag({}), y: flagdFlag({ state: 'DISABLED' }) },
    })
    expect(flags.map(({ key }) => key)).toEqual(['x'])
    expect(skipped.map(({ key }) => key)).toEqual(['y'])
  })
})

/** So many names, each of which is made of the next one twice. */
const doubling = (count: number, make: (next: string) => unknown, last: unknown): object =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`n${n}`, n === count - 1 ? last : make(`n${n + 1}`)]),
  )

const membersOf = (...values: string[]) => ({ op: 'segmentMatch', values })
const segmentOf = (...clauses: object[]) => ({ rules: [{ clauses }] })

describe('a small definition that would become a huge one is skipped', () => {
  const flags = { x: flagdWhen({ $ref: 'n0' }) }

  it('when evaluators of flagd name others twice', () => {
    const $evaluators = doubling(31, ($ref) => ({ and: [{ $ref }, { $ref }] }), { '==': [a, 1] })
    expect(skippedOf('flagd', { $evaluators, flags })).toEqual({
      '*': saying('more than a million characters'),
    })
  })

  it('when evaluators of flagd lead deep', () => {
    const $evaluators = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`n${n}`, { '!': [{ $ref: `n${n + 1}` }] }]),
    )
    expect(skippedOf('flagd', { $evaluators, flags })).toEqual({ '*': saying('nested more than 100 deep') })
  })

  it('when there are very many evaluators of flagd', () => {
    const $evaluators = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`n${n}`, a]))
    expect(skippedOf('flagd', { $evaluators, flags })).toEqual({ '*': saying('more than 500 evaluators') })
  })

  const asking = { x: launchdarklyClause(membersOf('n0')) }

  it('when segments of LaunchDarkly name others twice', () => {
    const known = doubling(31, (next) => segmentOf(membersOf(next), membersOf(next)), { included: ['ada'] })
    expect(skippedOf('launchdarkly', { flags: asking, segments: known })).toEqual({
      x: saying('more than 50 conditions'),
    })
  })

  it('but not when nobody is in them, however often they are named', () => {
    const known = doubling(31, (next) => segmentOf(membersOf(next, next)), {})
    expect(skippedOf('launchdarkly', { flags: asking, segments: known })).toEqual({ x: 'imported' })
  })

  it('when segments of LaunchDarkly lead deep', () => {
    const known = doubling(60, (next) => segmentOf(membersOf(next)), {})
    expect(skippedOf('launchdarkly', { flags: asking, segments: known })).toEqual({
      x: saying('more than 50 deep'),
    })
  })
})

describe('a definition with far more rules than a flag can have is skipped before they are made', () => {
  it('when it is an "if" of flagd', () => {
    const targeting = { if: Array.from({ length: 20_000 }, (_, n) => (n % 2 === 0 ? a : 'on')) }
    expect(skippedOf('flagd', { flags: { x: flagdTargeting(targeting) } })).toEqual({
      x: saying('an "if" of more than 200 branches'),
    })
  })

  it('when it is a feature of GrowthBook, whose rules name a large group', () => {
    const rules = Array.from({ length: 5_000 }, () => ({ condition: { a: { $inGroup: 'g' } }, force: true }))
    const savedGroups = { g: Array.from({ length: 40_000 }, (_, n) => n % 10) }
    const features = { x: growthbookRules(...rules) }
    expect(skippedOf('growthbook', { features, savedGroups })).toEqual({ x: saying('more than 200 rules') })
  })
})

describe('a variant by a name that the store trips over', () => {
  it('is skipped where the vendor has names, and gets another name where values are named here', () => {
    const variants = { constructor: true, off: false }
    expect(skippedOf('flagd', { flags: { x: flagdFlag({ variants }) } })).toEqual({
      x: saying('must not be constructor'),
    })
    const json = { on: { a: { constructor: 1 } }, off: {} }
    expect(skippedOf('flagd', { flags: { x: flagdFlag({ variants: json }) } })).toEqual({
      x: saying('variants.on: must not hold a field named "constructor"'),
    })
    const feature = { defaultValue: 'plain', rules: [{ force: 'constructor' }] }
    const [flag] = importFlags('growthbook', { features: { x: feature } }).flags
    expect(flag?.variants).toEqual({ 'value-0': 'plain', 'value-1': 'constructor' })
  })
})
