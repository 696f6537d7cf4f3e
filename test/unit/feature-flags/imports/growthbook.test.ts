import { GrowthBookClient } from '@growthbook/growthbook'
import { describe, expect, it, vi } from 'vitest'
import type { EvaluationContext } from '../../../../shared/feature-flags/context.ts'
import { growthbook as importer } from '../../../../shared/feature-flags/imports/growthbook.ts'
import {
  ATTRIBUTES,
  fewIds,
  ids,
  nobodyMoved,
  oneOf,
  placementOf,
  valueOf,
  wholeImport,
  type Placement,
} from './placement.ts'

type Attributes = EvaluationContext & { readonly id?: string | number }

/** Ids that are numbers are hashed too, although OpenFeature has texts alone. */
const contextOf = (id: string | number, attributes: EvaluationContext): EvaluationContext => ({
  ...attributes,
  targetingKey: id as string,
})

/** Compares the stock SDK, which is given the payload at once, with what was imported of it. */
function compare(payload: object, contexts: Iterable<Attributes>): Placement {
  const client = new GrowthBookClient().initSync({ payload: structuredClone(payload) })
  const flags = wholeImport(importer, payload)
  return placementOf({
    contexts,
    vendor: (attributes) => client.evalFeature('theme', { attributes }).value as unknown,
    midwatch: ({ id, ...attributes }) =>
      valueOf(flags, 'theme', id === undefined ? attributes : contextOf(id, attributes)),
  })
}

const everybody = ids.map((id) => ({ id }))
const few = fewIds.map((id) => ({ id }))
const feature = (defaultValue: unknown, ...rules: readonly object[]) => ({
  features: { theme: { defaultValue, rules } },
})

describe('features of GrowthBook keep everybody where the SDK puts them', () => {
  it.each([
    ['12.34 %, to a ten-thousandth', { force: true, coverage: 0.1234, hashVersion: 2 }, everybody],
    ['a third', { force: true, coverage: 1 / 3, hashVersion: 2, seed: 'größe' }, few],
    ['0.1 %, the bound of which is in', { force: true, coverage: 0.001, seed: 'a' }, everybody],
    [
      '29 %, which is less than itself in floating point',
      { force: true, coverage: 0.29, hashVersion: 2 },
      few,
    ],
    ['a range', { force: true, range: [0.2, 0.55], hashVersion: 2, seed: 'r' }, everybody],
  ])('a rollout to %s', (_, rule, people) => {
    expect(compare(feature(false, rule), people)).toEqual(nobodyMoved(2))
  })

  it('ids that are numbers, empty or not there', () => {
    const some = ids.map((id, index) => oneOf([{ id: index }, { id: '' }, {}, { id }], index))
    expect(compare(feature(false, { force: true, coverage: 0.5, hashVersion: 2 }), some)).toEqual(
      nobodyMoved(2),
    )
    expect(compare(feature(true, { force: false, coverage: 1 }), some.slice(0, 2_000))).toEqual(
      nobodyMoved(2),
    )
  })

  it.each([
    ['three of equal weight', { variations: ['a', 'b', 'c'], hashVersion: 2 }, 3, few],
    [
      'weights of 0.1, 0.2 and 0.7',
      { variations: ['a', 'b', 'c'], weights: [0.1, 0.2, 0.7], hashVersion: 2 },
      3,
      everybody,
    ],
    [
      'a coverage of 37 %',
      { variations: ['a', 'b'], coverage: 0.37, weights: [0.3, 0.7], hashVersion: 2 },
      3,
      everybody,
    ],
    [
      'ranges over each other',
      {
        variations: ['a', 'b'],
        ranges: [
          [0.1, 0.5],
          [0.3, 0.9],
        ],
        hashVersion: 2,
      },
      3,
      everybody,
    ],
    [
      'a key and a seed',
      { variations: ['a', 'b'], key: 'exp-1', seed: 'séed', hashVersion: 2 },
      2,
      everybody,
    ],
  ])('an experiment with %s', (_, rule, outcomes, people) => {
    expect(compare(feature('default', rule), people)).toEqual(nobodyMoved(outcomes))
  })

  it('an experiment that the SDK complains of, to whomever it is', () => {
    const complaints = vi.spyOn(console, 'error').mockReturnValue()
    expect(compare(feature('default', { variations: ['a', 'b'], weights: [0.1, 0.1] }), few)).toEqual(
      nobodyMoved(2),
    )
    expect(compare(feature('default', { variations: ['a', 'b'], weights: [0.9, 0.9] }), few)).toEqual(
      nobodyMoved(2),
    )
    expect(compare(feature('default', { variations: ['a', 'b'], weights: [0.8, 0.1, 0.1] }), few)).toEqual(
      nobodyMoved(2),
    )
    expect(compare(feature('default', { variations: ['a', 'b'], coverage: 2 }), few)).toEqual(nobodyMoved(2))
    expect(compare(feature('default', { variations: ['a', 'b'], coverage: -1 }), few)).toEqual(nobodyMoved(1))
    expect(complaints).toHaveBeenCalled()
    complaints.mockRestore()
  })

  it('whoever is in no variation goes on to the next rule', () => {
    const rules = [
      { variations: [1, 2, 3], coverage: 0.5, hashVersion: 2, meta: [{}, { passthrough: true }, {}] },
      { force: 4, coverage: 0.3, seed: 'next' },
      { variations: [5, 6], hashVersion: 3 },
      { force: 7, coverage: 0.5, hashVersion: 3 },
      { variations: [8] },
      { force: 9, coverage: 0 },
      {},
    ]
    expect(compare(feature(0, ...rules), everybody)).toEqual(nobodyMoved(4))
  })

  it('a namespace, and filters', () => {
    const namespaced = { variations: ['a', 'b'], namespace: ['pricing', 0.25, 0.6], hashVersion: 2 }
    expect(compare(feature('default', namespaced), everybody)).toEqual(nobodyMoved(3))
    const filters = [
      {
        seed: 'one',
        ranges: [
          [0, 0.2],
          [0.5, 0.8],
        ],
        attribute: 'id',
      },
      { seed: 'two', ranges: [[0, 0.7]], hashVersion: 1 },
    ]
    expect(compare(feature(true, { force: false, coverage: 0.5, filters }), few)).toEqual(nobodyMoved(2))
    expect(compare(feature('default', { ...namespaced, filters }), few)).toEqual(nobodyMoved(3))
    expect(compare(feature('default', { ...namespaced, filters: [] }), few)).toEqual(nobodyMoved(2))
    expect(
      compare(feature('default', { force: 'a', filters: [{ ...filters[0], hashVersion: 5 }] }), few),
    ).toEqual(nobodyMoved(1))
  })

  it('an experiment by company, for whom conditions fit', () => {
    const rule = {
      condition: {
        country: { $in: ['DE', 'FR', null] },
        $or: [{ plan: 'pro' }, { seats: { $gte: 10, $lt: 100 } }],
        beta: { $ne: false },
        $not: { id: { $inGroup: 'staff' } },
      },
      variations: ['a', 'b', 'c'],
      weights: [0.334, 0.333, 0.333],
      hashAttribute: 'company',
      hashVersion: 2,
    }
    const payload = { ...feature('default', rule), savedGroups: { staff: ['7919', '15838'] } }
    const contexts = ids.map((id, index) => ({
      id,
      company: oneOf(['', `company-${id}`, index, `${id}-ß`], index),
      ...oneOf([{ country: 'DE' }, { country: 'FR' }, { country: 'US' }, {}], index >> 2),
      plan: oneOf(['pro', 'free'], index >> 4),
      ...oneOf([{ seats: 1 }, { seats: 10 }, { seats: 99 }, { seats: 100 }, { seats: '20' }, {}], index >> 5),
      ...oneOf([{ beta: true }, { beta: false }, {}], index >> 6),
    }))
    expect(compare(payload, contexts)).toEqual(nobodyMoved(4))
  })

  it.each([
    ['a text', { a: 'x' }],
    ['a text that reads like a number', { a: '5' }],
    ['a text that reads like a truth', { a: 'true' }],
    ['a number', { a: 5 }],
    ['the number one', { a: 1 }],
    ['the number zero', { a: 0 }],
    ['true', { a: true }],
    ['false', { a: false }],
    ['nothing', { a: null }],
    ['$eq', { a: { $eq: '5' } }],
    ['$ne', { a: { $ne: 5 } }],
    ['$in', { a: { $in: ['x', 5, true, null] } }],
    ['$nin', { a: { $nin: ['x', 5, false] } }],
    ['$exists', { a: { $exists: true } }],
    ['not $exists', { a: { $exists: false } }],
    ['$lt', { a: { $lt: 5 } }],
    ['$lte', { a: { $lte: 0 } }],
    ['$gt', { a: { $gt: 0.5 } }],
    ['$gte', { a: { $gte: 5 } }],
    ['$not of a value', { a: { $not: { $gt: 3 } } }],
    ['$notInGroup', { a: { $notInGroup: 'group' } }],
    ['$nor', { $nor: [{ a: 'x' }, { a: 5 }] }],
    ['$and', { $and: [{ a: { $gt: 1 } }, { a: { $lt: 9 } }] }],
    ['$not', { $not: { a: 'x', b: 'y' } }],
  ])('a condition with %s, of values of any type', (_, condition) => {
    const payload = { ...feature('no', { condition, force: 'yes' }), savedGroups: { group: ['x', 5] } }
    const contexts = ATTRIBUTES.flatMap((attribute) => [
      { ...attribute, b: 'y' },
      { ...attribute, b: 'z' },
    ])
    expect(compare(payload, contexts)).toEqual(nobodyMoved(2))
  })

  it('conditions that hold for everybody, or for nobody', () => {
    expect(compare(feature('no', { condition: { $or: [] }, force: 'yes' }), ATTRIBUTES)).toEqual(
      nobodyMoved(1),
    )
    expect(compare(feature('no', { condition: { a: { $in: [] } }, force: 'yes' }), ATTRIBUTES)).toEqual(
      nobodyMoved(1),
    )
    expect(compare(feature('no', { condition: {}, force: 'yes' }), ATTRIBUTES)).toEqual(nobodyMoved(1))
  })
})
