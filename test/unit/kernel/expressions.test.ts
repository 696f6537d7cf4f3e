import { describe, expect, it } from 'vitest'
import { conditionOf, filterOf, keyConditionOf, updateOf } from '../../../shared/kernel/table/expressions.ts'

const key = { pk: 'A', sk: 'B' }
const anything = { anything: true } as const

describe('the condition of a write', () => {
  it.each([
    [{ absent: true }, 'attribute_not_exists(#pk)', {}],
    [{ present: true }, 'attribute_exists(#pk)', {}],
    [{ version: 3 }, '#version = :version', { ':version': 3 }],
  ] as const)('for %j is %s', (expectation, text, values) => {
    expect(conditionOf(expectation)).toMatchObject({ text, values })
  })

  it('is none where anything goes', () => {
    expect(conditionOf(anything)).toBeUndefined()
  })
})

describe('the update of an item', () => {
  it('sets, adds and removes, and always sets the write id', () => {
    const update = updateOf(
      {
        kind: 'update',
        key,
        set: { name: 'x' },
        add: { hits: 2 },
        remove: ['gsi1pk', 'gsi1sk'],
        expect: anything,
      },
      'w1',
    )
    expect(update).toEqual({
      text: 'SET #a0 = :a0, #a1 = :a1 ADD #a2 :a2 REMOVE #a3, #a4',
      names: { '#a0': 'name', '#a1': 'writeId', '#a2': 'hits', '#a3': 'gsi1pk', '#a4': 'gsi1sk' },
      values: { ':a0': 'x', ':a1': 'w1', ':a2': 2 },
    })
  })

  it('passes over what is undefined, as a put does', () => {
    expect(updateOf({ kind: 'update', key, set: { gone: undefined }, expect: anything }, 'w1')).toEqual({
      text: 'SET #a0 = :a0',
      names: { '#a0': 'writeId' },
      values: { ':a0': 'w1' },
    })
  })

  it('sets once what the item has not got yet', () => {
    const write = { kind: 'update', key, set: { last: 2 }, setOnce: { first: 1 }, expect: anything } as const
    expect(updateOf(write, 'w1')).toEqual({
      text: 'SET #a0 = :a0, #a1 = :a1, #a2 = if_not_exists(#a2, :a2)',
      names: { '#a0': 'last', '#a1': 'writeId', '#a2': 'first' },
      values: { ':a0': 2, ':a1': 'w1', ':a2': 1 },
    })
  })

  it('needs nothing beside the write id', () => {
    expect(updateOf({ kind: 'update', key, expect: anything }, 'w1').text).toBe('SET #a0 = :a0')
  })
})

describe('the key condition of a query', () => {
  it('names the partition', () => {
    expect(keyConditionOf({ partition: 'A', limit: 1 })).toEqual({
      text: '#pk = :pk',
      names: { '#pk': 'pk' },
      values: { ':pk': 'A' },
    })
  })

  it('names a prefix of the sort key', () => {
    expect(keyConditionOf({ partition: 'A', sortBeginsWith: 'B', limit: 1 })).toEqual({
      text: '#pk = :pk AND begins_with(#sk, :begin)',
      names: { '#pk': 'pk', '#sk': 'sk' },
      values: { ':pk': 'A', ':begin': 'B' },
    })
  })

  it('names a range of the sort key, of an index where one is asked', () => {
    expect(keyConditionOf({ index: 'gsi2', partition: 'A', sortBetween: ['B', 'C'], limit: 1 })).toEqual({
      text: '#pk = :pk AND #sk BETWEEN :from AND :to',
      names: { '#pk': 'gsi2pk', '#sk': 'gsi2sk' },
      values: { ':pk': 'A', ':from': 'B', ':to': 'C' },
    })
  })
})

describe('the filter of a query', () => {
  it('demands every value', () => {
    expect(filterOf({ status: 'firing', flapping: false })).toEqual({
      text: '#f0 = :f0 AND #f1 = :f1',
      names: { '#f0': 'status', '#f1': 'flapping' },
      values: { ':f0': 'firing', ':f1': false },
    })
  })

  it.each([undefined, {}])('is none for %j', (where) => {
    expect(filterOf(where)).toBeUndefined()
  })
})
