import { describe, expect, it, test } from 'vitest'
import { FlagDefinition } from '../../../shared/feature-flags/flag-definition.ts'
import { flagFaults } from '../../../shared/feature-flags/flag-faults.ts'
import { FlagFields, flagOf } from '../../../shared/feature-flags/flag.ts'
import type { FlagInput } from '../../support/flags.ts'

const faultsOf = (fields: FlagInput) =>
  flagFaults(FlagFields.parse(fields)).map(([path, message]) => `${path.join('.')} ${message}`)

const COLORS: FlagInput = { type: 'string', variants: { red: '#f00', blue: '#00f' }, on: 'red', off: 'blue' }
const ONE_OF = 'must be one of the variants, on, off'
const ONLY = 'has no meaning for a killswitch: it is engaged for everybody, or for nobody'

describe('fields that do not go together are named:', () => {
  it.each<[string, FlagInput, string[]]>([
    [
      'a value of another type',
      { variants: { on: 'yes', off: false } },
      ['variants.on must be a boolean, as the type says'],
    ],
    ['unknown `on`', { on: 'red' }, [`on ${ONE_OF}`]],
    ['unknown `off`', { off: 'red' }, [`off ${ONE_OF}`]],
    ['unknown share', { split: [{ variant: 'x', percentage: 1 }] }, [`split.0.variant ${ONE_OF}`]],
    [
      'unknown target',
      { targets: [{ type: 'user', value: 'a', variant: 'x' }] },
      [`targets.0.variant ${ONE_OF}`],
    ],
    ['unknown in a rule', { rules: [{ variant: 'x' }] }, [`rules.0.variant ${ONE_OF}`]],
    [
      'unknown in a share of a rule',
      { rules: [{ split: [{ variant: 'x', percentage: 1 }] }] },
      [`rules.0.split.0.variant ${ONE_OF}`],
    ],
    [
      'a rule that gives nothing',
      { rules: [{}] },
      ['rules.0.variant must be given, or split in its place: exactly one of the two'],
    ],
    [
      'a rule that gives two things',
      { rules: [{ variant: 'on', split: [{ variant: 'on', percentage: 1 }] }] },
      ['rules.0.variant must be given, or split in its place: exactly one of the two'],
    ],
    [
      'a condition that nothing can fit',
      {
        rules: [
          {
            variant: 'on',
            when: [
              { attribute: 'a', operator: 'in' },
              { attribute: 'a', operator: 'present' },
            ],
          },
        ],
      },
      ['rules.0.when.0.values must have an entry: only "present" needs none'],
    ],
    [
      'values that their operators cannot read',
      {
        rules: [
          {
            variant: 'on',
            when: [
              { attribute: 'a', operator: 'less_than', values: ['5', 'five', ''] },
              { attribute: 'a', operator: 'contains', values: [5, '5'] },
            ],
          },
          {
            variant: 'on',
            when: [
              {
                attribute: 'a',
                operator: 'after',
                values: [0, 'release 2', '2026-02-15', '2026-02-15T09:00+01:00'],
              },
              { attribute: 'a', operator: 'semver_equal', values: ['1.2', 'latest'] },
              { attribute: 'a', operator: 'in', values: ['anything', 5, true] },
            ],
          },
        ],
      },
      [
        'rules.0.when.0.values.1 must be a number: "less_than" compares such',
        'rules.0.when.0.values.2 must be a number: "less_than" compares such',
        'rules.0.when.1.values.0 must be a text: "contains" compares such',
        'rules.1.when.0.values.1 must be a day, or a moment with its offset, in ISO 8601; or milliseconds since the epoch: "after" compares such',
        'rules.1.when.1.values.1 must be a version such as 1.4.0: "semver_equal" compares such',
      ],
    ],
    [
      'a target twice',
      {
        targets: [
          { type: 'user', value: 'a' },
          { type: 'role', value: 'a' },
          { type: 'user', value: ' a ', effect: 'deny' },
        ],
      },
      ['targets.2.value is a target twice'],
    ],
    [
      'a percentage beside another split',
      { percentage: 5, split: [{ variant: 'on', percentage: 6 }] },
      ['percentage must not stand beside another split: send one of the two'],
    ],
    [
      'a percentage beside the same split, as an answer shows it',
      { percentage: 5, split: [{ variant: 'on', percentage: 5 }] },
      [],
    ],
    [
      'a rollout of nothing',
      { status: 'percentage' },
      ['percentage must be given while the status is "percentage", or split in its place'],
    ],
    [
      'a schedule that ends before it begins',
      { schedule: { from: '2026-02-15T12:00:00Z', until: '2026-02-15T12:00:00+00:00' } },
      ['schedule.until must lie after from'],
    ],
    ['a killswitch with a schedule', { category: 'killswitch', schedule: {} }, [`schedule ${ONLY}`]],
    ['a killswitch with rules', { category: 'killswitch', rules: [{ variant: 'on' }] }, [`rules ${ONLY}`]],
    ['a killswitch with a percentage', { category: 'killswitch', percentage: 5 }, [`percentage ${ONLY}`]],
    [
      'a killswitch that is a text',
      { category: 'killswitch', ...COLORS },
      ['type must be "boolean" for a killswitch'],
    ],
    [
      'a killswitch that waits',
      { category: 'killswitch', approval: 'second' },
      ['approval must be "none": a killswitch never waits'],
    ],
    [
      'a killswitch for some',
      { category: 'killswitch', status: 'targeted' },
      ['status must be "enabled" or "disabled" for a killswitch'],
    ],
  ])('%s', (_, fields, faults) => {
    expect(faultsOf(fields)).toEqual(faults)
  })

  it.each<FlagInput>([
    {},
    COLORS,
    { type: 'json', variants: { on: null, off: [1] } },
    { status: 'percentage', percentage: 0 },
    { status: 'percentage', split: [{ variant: 'on', percentage: 33.333 }] },
    { category: 'killswitch', status: 'enabled' },
    { schedule: { from: '2026-02-15T12:00:00Z' } },
  ])('none in %j', (fields) => {
    expect(faultsOf(fields)).toEqual([])
  })
})

test.each<FlagInput>([
  { percentage: 0.0001 },
  { percentage: -1 },
  { percentage: 100.001 },
  {
    split: [
      { variant: 'on', percentage: 60 },
      { variant: 'off', percentage: 40.001 },
    ],
  },
  { schedule: { from: 'tomorrow' } },
  { targets: [{ type: 'user', value: ' ' }] },
])('%j is refused', (fields) => {
  expect(FlagFields.safeParse(fields).success).toBe(false)
})

test('a percentage is short for a split with one share, of `on`', () => {
  const flag = flagOf('it', FlagFields.parse({ ...COLORS, percentage: 12.5 }))
  expect(flag.split).toEqual([{ variant: 'red', percentage: 12.5 }])
  expect(flag).not.toHaveProperty('percentage')
})

test('a definition is checked as a whole, and does not engage a killswitch', () => {
  expect(FlagDefinition.parse({ key: 'it', percentage: 5 })).toMatchObject({ key: 'it' })
  const { error } = FlagDefinition.safeParse({
    key: 'it',
    category: 'killswitch',
    status: 'enabled',
    on: 'x',
  })
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['on', 'status'])
})

const reasons = (value: unknown) =>
  FlagFields.safeParse({ type: 'json', variants: { on: value, off: null } }).error?.issues.map(
    ({ path, message }) => [path.join('.'), message],
  )

describe('the value of a variant', () => {
  test('is no deeper and no larger than the table keeps', () => {
    const deep = JSON.parse(`${'['.repeat(12)}${']'.repeat(12)}`)
    expect(reasons(deep)).toEqual([['variants.on', 'must not be nested more than 10 deep']])
    expect(reasons('x'.repeat(40_000))).toEqual([['variants.on', 'must take at most 32768 bytes as JSON']])
    expect(reasons({ fine: [1] })).toBeUndefined()
  })
})
