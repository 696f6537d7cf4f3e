import { describe, expect, it, test } from 'vitest'
import type { ContextValue, EvaluationContext } from '../../../shared/feature-flags/context.ts'
import { evaluated, type FlagInput } from '../../support/flags.ts'

type Rules = NonNullable<FlagInput['rules']>
type Condition = NonNullable<Rules[number]['when']>[number]

const isOn = (rules: Rules, context: EvaluationContext): boolean => {
  const evaluation = evaluated({ status: 'targeted', rules }, context)
  return 'variant' in evaluation && evaluation.variant === 'on'
}

/** Whether a condition on one attribute holds of a value. */
const fits = (condition: Omit<Condition, 'attribute'>, value: ContextValue): boolean =>
  isOn([{ when: [{ attribute: 'it', ...condition }], variant: 'on' }], { it: value })

type Case = readonly [
  Condition['operator'],
  Condition['values'],
  fitting: ContextValue[],
  others: ContextValue[],
]

const MORNING = '2026-02-15T09:00:00Z'
const CASES: readonly Case[] = [
  ['in', ['a', 1, true], ['a', 1, true, ['x', 'a']], ['b', '1', 'true', null, undefined, [], { a: 'a' }]],
  ['contains', ['mid', 'watch'], ['a midday', 'watch', ['x', 'mid']], ['day', 5, null, undefined, []]],
  ['contains', [5], [], [5, '5']],
  ['starts_with', ['mid'], ['midwatch', 'mid'], ['amid', 'Mid', '']],
  ['ends_with', ['@acme.example'], ['ann@acme.example'], ['ann@acme.example.evil', '']],
  ['less_than', [5], [4, '4.9', -Infinity], [5, '5', 'four', '', ' ', null, undefined, true]],
  ['at_most', [5], [5, '5'], [5.1]],
  ['greater_than', ['5'], [6, '5.01'], [5, 'x', Number.NaN]],
  ['at_least', [5, 100], [5, 100], [4]],
  ['at_least', ['many'], [], [4, 'many']],
  ['before', [MORNING], ['2026-02-15T10:59:59+02:00', new Date(0), 0], [MORNING, 'soon', true, null]],
  [
    'after',
    [MORNING],
    ['2026-02-15T09:00:01Z', Date.parse(MORNING) + 1],
    [MORNING, undefined, new Date(Number.NaN)],
  ],
  ['semver_equal', ['1.2.3'], ['1.2.3', 'v1.2.3', '1.2.3+build.5'], ['1.2.4', '1.2', '1.2.3-rc.1', 'x', 1]],
  ['semver_equal', ['2'], ['2.0', '2.0.0'], ['2.0.1']],
  [
    'semver_less_than',
    ['2.10.0'],
    ['2.9.9', '2.10.0-rc.1', '1', ['3.0.0', '1.0.0']],
    ['2.10.0', '2.10.1', ''],
  ],
  [
    'semver_greater_than',
    ['1.0.0-alpha'],
    ['1.0.0', '1.0.0-alpha.1', '1.0.0-beta', '1.0.1'],
    ['1.0.0-alpha', '1.0.0-1'],
  ],
  ['semver_greater_than', ['1.0.0-alpha.beta'], ['1.0.0-alpha.beta.1'], ['1.0.0-alpha.1', '1.0.0-alpha']],
  ['semver_greater_than', ['1.0.0-beta.2'], ['1.0.0-beta.11', '1.0.0-rc.1'], ['1.0.0-beta.2']],
  ['semver_greater_than', ['1.0.0-1'], ['1.0.0-alpha', '1.0.0-2'], ['1.0.0-0']],
  ['present', [], ['', 0, false, []], [null, undefined]],
]

describe.each(CASES)('%s %j', (operator, values, fitting, others) => {
  it('fits what it says, and negated everything else', () => {
    expect(fitting.map((value) => fits({ operator, values, negate: false }, value))).toEqual(
      fitting.map(() => true),
    )
    expect(others.map((value) => fits({ operator, values, negate: false }, value))).toEqual(
      others.map(() => false),
    )
    expect(fitting.map((value) => fits({ operator, values, negate: true }, value))).toEqual(
      fitting.map(() => false),
    )
    expect(others.map((value) => fits({ operator, values, negate: true }, value))).toEqual(
      others.map(() => true),
    )
  })
})

const inCountry = (...values: string[]): Condition => ({ attribute: 'country', operator: 'in', values })
const onPlan = (...values: string[]): Condition => ({ attribute: 'plan', operator: 'in', values })

test('all conditions of a rule have to hold; none holds for everybody', () => {
  const rules: Rules = [{ when: [inCountry('DE'), onPlan('pro')], variant: 'on' }]
  expect(isOn(rules, { country: 'DE', plan: 'pro' })).toBe(true)
  expect(isOn(rules, { country: 'DE', plan: 'free' })).toBe(false)
  expect(isOn([{ variant: 'on' }], {})).toBe(true)
})

test('a condition may ask for the targeting key', () => {
  const rules: Rules = [
    { when: [{ attribute: 'targetingKey', operator: 'in', values: ['ann'] }], variant: 'on' },
  ]
  expect(isOn(rules, { targetingKey: 'ann' })).toBe(true)
})

test('the first rule that fits decides', () => {
  const rules: Rules = [
    { when: [inCountry('DE')], variant: 'off' },
    { when: [inCountry('DE', 'FR')], variant: 'on' },
  ]
  expect([isOn(rules, { country: 'DE' }), isOn(rules, { country: 'FR' })]).toEqual([false, true])
})

test('who is in no share of a rule goes on to the next one', () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `user-${index}`)
  const half: Rules[number] = { split: [{ variant: 'off', percentage: 50 }] }
  const on = ids.filter((targetingKey) => isOn([half, { variant: 'on' }], { targetingKey }))
  expect(on.length).toBeGreaterThan(400)
  expect(on.length).toBeLessThan(600)
})

const shareOf = (percentage: number): Rules => [{ split: [{ variant: 'on', percentage }] }]

test('shares of a rule that are empty or full need no key; those between do', () => {
  expect([isOn(shareOf(0), {}), isOn(shareOf(100), {})]).toEqual([false, true])
  expect(evaluated({ status: 'targeted', rules: shareOf(50) }, {})).toMatchObject({
    errorCode: 'TARGETING_KEY_MISSING',
  })
})

test('a rule may be bucketed in a way of its own', () => {
  const split = [{ variant: 'on', percentage: 50 }]
  const ids = Array.from({ length: 200 }, (_, index) => `user-${index}`)
  const on = (rules: Rules) => ids.filter((targetingKey) => isOn(rules, { targetingKey, team: 'blue' }))
  expect(on([{ split, bucketing: { salt: 'other' } }])).not.toEqual(on([{ split }]))
  expect([0, ids.length]).toContain(on([{ split, bucketing: { by: 'team' } }]).length)
})

test('a rule that a stored flag has without a variant or a split gives nothing', () => {
  expect(isOn([{}], {})).toBe(false)
})
