import { FlagdCore } from '@openfeature/flagd-core'
import { describe, expect, it } from 'vitest'
import type { EvaluationContext } from '../../../../shared/feature-flags/context.ts'
import { flagd as importer } from '../../../../shared/feature-flags/imports/flagd.ts'
import {
  ATTRIBUTES,
  fewIds,
  ids,
  nobodyMoved,
  oneOf,
  placementOf,
  variantOf,
  wholeImport,
  type Placement,
} from './placement.ts'

type Contexts = readonly EvaluationContext[]
type CoreContext = Parameters<FlagdCore['resolveStringEvaluation']>[2]

/** What callers give themselves; no flag here has such a value. */
const CODE = 'the default of the code'

/** Compares the stock evaluator with what was imported of the same definition. */
function compare(definition: object, contexts: Contexts): Placement {
  const core = new FlagdCore()
  core.setConfigurations(JSON.stringify(definition))
  const flags = wholeImport(importer, definition)
  return placementOf({
    contexts,
    vendor: (context) => {
      const { variant, errorCode } = core.resolveStringEvaluation('theme', CODE, context as CoreContext)
      return errorCode ?? variant
    },
    midwatch: (context) => variantOf(flags, 'theme', context),
  })
}

const everybody: Contexts = ids.map((targetingKey) => ({ targetingKey }))
const few: Contexts = fewIds.map((targetingKey) => ({ targetingKey }))

const VARIANTS = { a: 'A', b: 'B', c: 'C', true: 'T', false: 'F' }

const theme = (targeting: unknown, more: object = {}) => ({
  flags: { theme: { state: 'ENABLED', variants: VARIANTS, defaultVariant: 'c', targeting, ...more } },
})

const fractional = (...entries: unknown[]) => theme({ fractional: entries })
const weight = (name: string | boolean | null, share: number) => [name, share]
const has = (name: string) => ({ var: name })

describe('flags of flagd keep everybody where the evaluator puts them', () => {
  it.each([
    ['50 and 50', [weight('a', 50), weight('b', 50)], 2, few],
    ['thirds, without weights', [['a'], ['b'], ['c']], 3, everybody],
    ['1 of 7', [weight('a', 1), weight('b', 6)], 2, everybody],
    ['a prime number of parts', [weight('a', 33_333), weight('b', 11), weight('c', 66_647)], 3, everybody],
    ['millions', [weight('a', 1_000_000), weight('b', 3_000_000)], 2, few],
    ['less than nothing', [weight('a', -5), weight(null, 2), weight('b', 1), weight(true, 1)], 3, few],
    ['one for all', [weight('a', 1)], 1, few],
    ['nothing', [weight('a', 0)], 1, few],
  ])('a fractional with %s', (_, entries, outcomes, people) => {
    expect(compare(fractional(...entries), people)).toEqual(nobodyMoved(outcomes))
  })

  it('whoever has no targeting key, or one that is not ASCII', () => {
    const contexts = ids.map((id, index) =>
      oneOf<EvaluationContext>([{ targetingKey: `ü${id}` }, {}, { targetingKey: '' }], index),
    )
    expect(compare(fractional(['a', 1], ['b', 1]), contexts)).toEqual(nobodyMoved(3))
  })

  it.each([
    ['the key of the flag and an attribute', { cat: [has('$flagd.flagKey'), has('company')] }],
    ['a salt and an attribute', { cat: ['größe-', has('$flagd.flagKey'), '/', has('company')] }],
    ['an attribute', has('company')],
  ])('a fractional by %s', (_, by) => {
    const contexts = ids.map((id, index) =>
      oneOf<EvaluationContext>([{ company: id }, { company: '' }, {}, { company: null }], index),
    )
    expect(compare(fractional(by, ['a', 30], ['b', 69], ['c', 1]), contexts)).toEqual(nobodyMoved(3))
  })

  it('an attribute that is a number is hashed as a text, or not at all', () => {
    const contexts = fewIds.map((_, index): EvaluationContext => ({ company: index }))
    expect(compare(fractional({ cat: ['salt', has('company')] }, ['a', 3], ['b', 4]), contexts)).toEqual(
      nobodyMoved(2),
    )
    expect(compare(fractional(has('company'), ['a', 3], ['b', 4]), contexts)).toEqual(nobodyMoved(1))
  })

  it('conditions, evaluators and fractions in each other', () => {
    const definition = {
      ...theme({
        if: [
          { $ref: 'isStaff' },
          'a',
          { and: [{ in: [has('country'), ['DE', 'FR']] }, { '!': { '==': [has('plan'), 'free'] } }] },
          { fractional: [has('targetingKey'), ['a', 25], ['b', 75]] },
          { or: [{ '>=': [has('age'), 18] }, { starts_with: [has('targetingKey'), '1'] }] },
          {
            if: [
              { sem_ver: [has('version'), '>=', '2.1.0'] },
              null,
              {
                fractional: [
                  ['a', 1],
                  ['b', 2],
                ],
              },
            ],
          },
          { in: ['@example.com', has('targetingKey')] },
          'b',
        ],
      }),
      $evaluators: { isStaff: { ends_with: [has('targetingKey'), '9'] } },
    }
    const contexts = ids.map((targetingKey, index): EvaluationContext => ({
      targetingKey,
      ...oneOf<EvaluationContext>([{ country: 'DE' }, { country: 'US' }, {}], index),
      ...oneOf<EvaluationContext>([{ plan: 'free' }, { plan: 'pro' }, {}], index >> 2),
      ...oneOf<EvaluationContext>([{ age: 17 }, { age: '18' }, {}], index >> 4),
      ...oneOf<EvaluationContext>([{ version: '2.0.9' }, { version: 'v2.1.0' }, {}], index >> 6),
    }))
    expect(compare(definition, contexts)).toEqual(nobodyMoved(3))
  })

  const comparable = ATTRIBUTES.filter(({ a }) => typeof a !== 'string' || !Number.isNaN(Number(a)))
  it.each([
    ['< 5', { '<': [has('a'), 5] }],
    ['<= 0', { '<=': [has('a'), 0] }],
    ['> 0.5', { '>': [has('a'), 0.5] }],
    ['>= 5', { '>=': [has('a'), 5] }],
    ['5 <', { '<': [5, has('a')] }],
    ['0 <= a <= 1', { '<=': [0, has('a'), 1] }],
    ['== 5', { '==': [has('a'), 5] }],
    ['== 0', { '==': [has('a'), 0] }],
    ['== true', { '==': [has('a'), true] }],
    ['== false', { '==': [has('a'), false] }],
    ['== "5"', { '==': ['5', has('a')] }],
    ['== "1"', { '==': [has('a'), '1'] }],
    ['!= ""', { '!=': [has('a'), ''] }],
    ['== null', { '==': [has('a'), null] }],
  ])('a comparison %s, of values that can be compared', (_, targeting) => {
    expect(compare(theme(targeting), comparable)).toEqual(nobodyMoved(2))
  })

  it.each([
    ['=== "5"', { '===': [has('a'), '5'] }],
    ['=== 5', { '===': [has('a'), 5] }],
    ['!== null', { '!==': [has('a'), null] }],
    ['in a list', { in: [has('a'), ['x', 5, true, null]] }],
    ['in a list without nothing', { in: [has('a'), ['x', 5]] }],
    ['neither nor', { '!': [{ or: [{ in: [has('a'), ['x']] }, { '===': [has('a'), 0] }] }] }],
    ['true or not', { if: [has('a'), 'a', 'b'] }],
    ['truth', { '!!': has('a') }],
    ['never', { if: [false, 'a', 'b'] }],
    ['not nothing', { '!': [] }],
    ['nothing', { '!!': [] }],
    ['starts_with', { if: [{ starts_with: [has('a'), '2'] }, true] }],
    ['ends_with', { if: [{ and: [{ ends_with: [has('a'), '0'] }, true] }, 'a', false] }],
  ])('a condition %s, of values of any type', (_, targeting) => {
    expect(compare(theme(targeting), ATTRIBUTES)).toEqual(
      nobodyMoved(['never', 'nothing', 'not nothing'].includes(_) ? 1 : 2),
    )
  })

  const VERSIONS = [
    '2.0.9',
    '2.1.0',
    'v2.1.0',
    '2.1.0-rc.1',
    '2.1.1',
    '2.2.0',
    '3.0.0',
    '3.0.0-beta',
    '2',
    '2.1',
    'x',
    '',
  ]
  it.each([
    ['=', '2.1.0'],
    ['!=', '2.1.0'],
    ['<', 'v2.1.0'],
    ['<=', '2.1'],
    ['>', 2],
    ['>=', '2.1.0-rc.1'],
    ['^', '2.1.0'],
    ['~', '2.1.0'],
  ])('a version %s %s', (operator, version) => {
    const contexts = [{}, ...VERSIONS.map((a) => ({ a }))]
    expect(compare(theme({ if: [{ sem_ver: [has('a'), operator, version] }, 'a', 'b'] }), contexts)).toEqual(
      nobodyMoved(2),
    )
  })

  it('flags without targeting, or with an empty one', () => {
    expect(compare(theme({}), everybody.slice(0, 10))).toEqual(nobodyMoved(1))
    expect(compare(theme({ if: [] }), everybody.slice(0, 10))).toEqual(nobodyMoved(1))
    expect(compare(theme({ if: ['a'] }), everybody.slice(0, 10))).toEqual(nobodyMoved(1))
    const plain = { state: 'ENABLED', variants: { on: 'yes', off: 'no' }, defaultVariant: 'on' }
    expect(compare({ flags: { theme: plain } }, everybody.slice(0, 10))).toEqual(nobodyMoved(1))
    expect(
      compare({ flags: { theme: { ...plain, defaultVariant: 'off' } } }, everybody.slice(0, 10)),
    ).toEqual(nobodyMoved(1))
  })
})
