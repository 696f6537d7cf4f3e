import { describe, expect, it, test } from 'vitest'
import { evaluate } from '../../../shared/feature-flags/evaluate.ts'
import { isError } from '../../../shared/feature-flags/evaluation.ts'
import { atNoon, evaluated, flagsWith, NOON_MS, type FlagInput } from '../../support/flags.ts'

const ANN = { targetingKey: 'ann', organization: 'acme', roles: ['staff', 'editor'] }
const FOR_ALL: FlagInput['rules'] = [{ variant: 'rule' }]
const VARIANTS = { on: true, off: false, rule: true, share: true, user: true, role: true, group: true }

const user = (effect: 'allow' | 'deny') => ({ type: 'user' as const, value: 'ann', effect, variant: 'user' })
const closed = { until: '2026-02-15T12:00:00.000Z' }

/** Each step of the order with one that comes after it: the earlier one has to win. */
const everything: FlagInput = {
  variants: VARIANTS,
  status: 'percentage',
  split: [{ variant: 'share', percentage: 100 }],
}

test.each<[string, FlagInput, variant: string, reason: string]>([
  ['percentage', {}, 'share', 'SPLIT'],
  ['rules before the percentage', { rules: FOR_ALL }, 'rule', 'TARGETING_MATCH'],
  ['allowed targets before rules', { rules: FOR_ALL, targets: [user('allow')] }, 'user', 'TARGETING_MATCH'],
  [
    'denied targets before allowed ones',
    { targets: [{ ...user('allow') }, { type: 'role', value: 'staff', effect: 'deny' }] },
    'off',
    'TARGETING_MATCH',
  ],
  [
    'prerequisites before targets',
    { targets: [user('allow')], prerequisites: [{ flag: 'other', variant: 'on' }] },
    'off',
    'DISABLED',
  ],
  ['the schedule before targets', { targets: [user('allow')], schedule: closed }, 'off', 'DISABLED'],
  ['the status before everything', { status: 'disabled', rules: FOR_ALL }, 'off', 'DISABLED'],
])('the order is kept: %s', (_, fields, variant, reason) => {
  expect(evaluated({ ...everything, ...fields }, ANN)).toMatchObject({ variant, reason })
})

test('a thrown switch turns a flag off, whatever else it has', () => {
  const flags = flagsWith({ it: { ...everything, targets: [user('allow')] } }, ['it'])
  expect(evaluate(flags, 'it', ANN, atNoon)).toMatchObject({ variant: 'off', reason: 'DISABLED' })
})

test('a killswitch is on when its switch is thrown, and off when not', () => {
  const fields = { stop: { category: 'killswitch' } } as const
  expect(evaluate(flagsWith(fields, ['stop']), 'stop', {}, atNoon)).toMatchObject({
    value: true,
    reason: 'STATIC',
  })
  expect(evaluate(flagsWith(fields), 'stop', {}, atNoon)).toMatchObject({ value: false, reason: 'DISABLED' })
})

test('a flag that there is not is an error that names it', () => {
  expect(evaluate(flagsWith({}), 'missing', {}, atNoon)).toEqual({
    key: 'missing',
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND',
    message: 'There is no flag "missing".',
  })
})

test('an enabled flag is on for everybody; a targeted one is off for whom nothing fits', () => {
  expect(evaluated({ status: 'enabled' })).toMatchObject({ value: true, reason: 'STATIC' })
  expect(evaluated({ status: 'targeted' }, ANN)).toMatchObject({ value: false, reason: 'DEFAULT' })
})

test('values of any type are handed out, and cannot be changed', () => {
  const fields: FlagInput = {
    status: 'enabled',
    type: 'json',
    variants: { on: { a: [1, { b: 2 }] }, off: null },
  }
  const evaluation = evaluated(fields)
  expect(evaluation).toMatchObject({ value: { a: [1, { b: 2 }] }, type: 'json' })
  expect(isError(evaluation) ? undefined : Object.isFrozen(evaluation.value)).toBe(true)
  expect(Object.isFrozen(evaluation)).toBe(true)
})

test('a variant that a stored flag does not have is null', () => {
  expect(evaluated({ status: 'enabled', on: 'gone' })).toMatchObject({ value: null, variant: 'gone' })
})

const at = (schedule: FlagInput['schedule'], nowMs: number) =>
  evaluated({ status: 'enabled', schedule }, {}, () => nowMs)

describe('a schedule', () => {
  const from = '2026-02-15T12:00:00.000Z'
  const until = '2026-02-15T13:00:00+00:00'

  it.each([
    [NOON_MS - 1, 'DISABLED'],
    [NOON_MS, 'STATIC'],
    [NOON_MS + 3_599_999, 'STATIC'],
    [NOON_MS + 3_600_000, 'DISABLED'],
  ])('holds from its first moment on and no longer at its last: %i', (nowMs, reason) => {
    expect(at({ from, until }, nowMs)).toMatchObject({ reason })
  })

  it('may have no beginning, or no end', () => {
    expect(at({ until }, 0)).toMatchObject({ reason: 'STATIC' })
    expect(at({ from }, NOON_MS * 2)).toMatchObject({ reason: 'STATIC' })
  })

  it('does not turn a disabled flag on', () => {
    expect(evaluated({ status: 'disabled', schedule: { from } })).toMatchObject({ reason: 'DISABLED' })
  })
})

describe('the targeting key', () => {
  it.each([
    [0, 'off'],
    [100, 'on'],
  ])('is not needed at %i %%', (percentage, variant) => {
    expect(evaluated({ status: 'percentage', percentage })).toMatchObject({ variant, reason: 'SPLIT' })
  })

  it.each([{}, { targetingKey: '' }, { targetingKey: undefined }])('is missing from %j', (context) => {
    expect(evaluated({ status: 'percentage', percentage: 50 }, context)).toEqual({
      key: 'it',
      reason: 'ERROR',
      errorCode: 'TARGETING_KEY_MISSING',
      message: 'The context has no "targetingKey", which this flag is bucketed by.',
    })
  })

  it('is needed as soon as a single bucket is left out', () => {
    expect(evaluated({ status: 'percentage', percentage: 99.999 })).toMatchObject({ reason: 'ERROR' })
  })

  it('can be another attribute, a text or a number', () => {
    const fields = { status: 'percentage', percentage: 50, bucketing: { by: 'organization' } } as const
    const given = (organization: string | number) => evaluated(fields, { targetingKey: 'ann', organization })
    expect(evaluated(fields, { targetingKey: 'ann' })).toMatchObject({
      message: 'The context has no "organization", which this flag is bucketed by.',
    })
    expect(given(17)).toEqual(given('17'))
  })

  it('is not needed by those whom a target or a rule fits', () => {
    const when = [{ attribute: 'region', operator: 'in' as const, values: ['EU'] }]
    const fields: FlagInput = { status: 'percentage', percentage: 50, rules: [{ when, variant: 'on' }] }
    expect(evaluated(fields, { region: 'EU' })).toMatchObject({ reason: 'TARGETING_MATCH' })
  })
})

const target = (type: 'user' | 'role' | 'organization', value: string, variant: string) => ({
  type,
  value,
  variant,
})

describe('targets', () => {
  const fields: FlagInput = {
    status: 'targeted',
    variants: VARIANTS,
    targets: [
      target('organization', 'acme', 'group'),
      target('role', 'editor', 'role'),
      target('user', 'ann', 'user'),
      { type: 'organization', value: 'evil', effect: 'deny' },
      { type: 'user', value: 'eve', effect: 'deny' },
    ],
  }

  it.each([
    ['the user before the role', ANN, 'user'],
    ['the role before the organization', { ...ANN, targetingKey: 'bob' }, 'role'],
    ['the organization', { organization: 'acme' }, 'group'],
    ['a role by itself', { role: 'editor' }, 'role'],
    ['nobody who is not named', { targetingKey: 'bob', role: 'staff', organization: 'other' }, 'off'],
    ['nobody without anything', {}, 'off'],
    ['nobody by what is no text', { targetingKey: 'x', roles: [null, { a: 1 }], organization: true }, 'off'],
    ['nobody who is denied by the organization, whoever it is', { ...ANN, organization: 'evil' }, 'off'],
    ['nobody who is denied, whatever the role', { targetingKey: 'eve', role: 'editor' }, 'off'],
  ] as const)('are for %s', (_, context, variant) => {
    expect(evaluated(fields, context)).toMatchObject({ variant })
  })

  it('get `on` unless they say otherwise', () => {
    const simple: FlagInput = { status: 'targeted', targets: [{ type: 'user', value: '17' }] }
    expect(evaluated(simple, { targetingKey: '17' })).toMatchObject({
      variant: 'on',
      reason: 'TARGETING_MATCH',
    })
  })
})

const needs = (flag: string, variant = 'on'): FlagInput => ({
  status: 'enabled',
  prerequisites: [{ flag, variant }],
})

const asked = (fields: Readonly<Record<string, FlagInput>>, switched: readonly string[] = []) =>
  evaluate(flagsWith(fields, switched), 'it', ANN, atNoon)

/** A flag that needs another one, and so on. */
const chain = (length: number) =>
  Object.fromEntries(
    Array.from({ length: length + 1 }, (_, index): [string, FlagInput] => [
      index === 0 ? 'it' : `flag-${index}`,
      index === length ? { status: 'enabled' } : needs(`flag-${index + 1}`),
    ]),
  )

describe('prerequisites', () => {
  it('let a flag be what it is when they have their variants', () => {
    expect(asked({ it: needs('other'), other: { status: 'enabled' } })).toMatchObject({ reason: 'STATIC' })
    expect(asked({ it: needs('other', 'off'), other: {} })).toMatchObject({ reason: 'STATIC' })
  })

  it.each([
    ['has another variant', { it: needs('other'), other: {} }, []],
    ['is archived', { it: needs('other') }, []],
    ['is switched off', { it: needs('other'), other: { status: 'enabled' } }, ['other']],
    ['is off for want of its own', { it: needs('other'), other: needs('third'), third: {} }, []],
  ] as const)('turn a flag off when one %s', (_, fields, switched) => {
    expect(asked(fields, switched)).toMatchObject({ key: 'it', variant: 'off', reason: 'DISABLED' })
  })

  it.each([
    ['itself', { it: needs('it') }],
    ['each other', { it: needs('other'), other: needs('it') }],
    ['a circle without it', { it: needs('a'), a: needs('b'), b: needs('a') }],
  ])('that need %s are an error and no endless search', (_, fields) => {
    expect(asked(fields)).toMatchObject({ key: 'it', reason: 'ERROR', errorCode: 'GENERAL' })
  })

  it('that cannot be evaluated make the flag say why', () => {
    const fields = { it: needs('half'), half: { status: 'percentage', percentage: 50 } } as const
    expect(evaluate(flagsWith(fields), 'it', {}, atNoon)).toMatchObject({
      key: 'it',
      errorCode: 'TARGETING_KEY_MISSING',
    })
  })

  it('may be ten deep', () => {
    expect(asked(chain(10))).toMatchObject({ reason: 'STATIC' })
    expect(asked(chain(11))).toMatchObject({ errorCode: 'GENERAL' })
  })
})
