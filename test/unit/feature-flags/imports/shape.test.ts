import { describe, expect, it } from 'vitest'
import { imported } from '../../../../shared/feature-flags/imports/import.ts'
import { importFlags } from '../../../../shared/feature-flags/imports/index.ts'

const flagsOf = (...given: Parameters<typeof importFlags>) => importFlags(...given).flags

describe('a rollout can be set like any other once it is imported', () => {
  const withoutId = [
    { variant: 'off', when: [{ attribute: 'targetingKey', operator: 'present', negate: true }] },
    { variant: 'off', when: [{ attribute: 'targetingKey', operator: 'in', values: ['', 0, false] }] },
  ]

  it('from Unleash', () => {
    const parameters = { rollout: '30', stickiness: 'userId', groupId: 'group' }
    const [flag] = flagsOf('unleash', {
      features: [
        {
          name: 'x',
          description: 'New',
          enabled: true,
          strategies: [{ name: 'flexibleRollout', parameters }],
        },
      ],
    })
    expect(flag).toMatchObject({
      key: 'x',
      description: 'New',
      status: 'percentage',
      split: [{ variant: 'on', percentage: 30 }],
      bucketing: { hash: 'unleash', salt: 'group' },
      rules: withoutId,
    })
  })

  it('from GrowthBook', () => {
    const rules = [{ force: true, coverage: 0.3, hashVersion: 2, seed: 'seed' }]
    const [flag] = flagsOf('growthbook', { features: { x: { defaultValue: false, rules } } })
    expect(flag).toMatchObject({
      status: 'percentage',
      // The position 0.3 itself is in.
      split: [{ variant: 'on', percentage: 30.01 }],
      bucketing: { hash: 'growthbook-2', salt: 'seed' },
      rules: withoutId,
    })
  })

  it('from LaunchDarkly', () => {
    const fallthrough = {
      rollout: {
        variations: [
          { variation: 0, weight: 12_345 },
          { variation: 1, weight: 87_655 },
        ],
      },
    }
    const flag = { key: 'x', salt: 's', on: true, variations: [true, false], offVariation: 1, fallthrough }
    expect(flagsOf('launchdarkly', flag)).toMatchObject([
      {
        status: 'percentage',
        split: [
          { variant: 'variation-0', percentage: 12.345 },
          { variant: 'variation-1', percentage: 87.655 },
        ],
        bucketing: { hash: 'launchdarkly', salt: 'x.s' },
        rules: [],
        on: 'variation-0',
        off: 'off',
        variants: { off: false },
      },
    ])
  })

  it('from flagd', () => {
    const targeting = {
      fractional: [
        ['on', 1],
        ['off', 2],
      ],
    }
    const variants = { on: true, off: false }
    const [flag] = flagsOf('flagd', {
      flags: { x: { state: 'ENABLED', variants, defaultVariant: 'off', targeting } },
    })
    expect(flag).toMatchObject({
      status: 'percentage',
      split: [
        { variant: 'on', percentage: 33.333 },
        { variant: 'off', percentage: 66.667 },
      ],
      bucketing: { hash: 'flagd', salt: 'x', scale: 3 },
      rules: withoutId,
    })
  })
})

const growthbook = (defaultValue: unknown, ...values: unknown[]) =>
  flagsOf('growthbook', {
    features: { x: { defaultValue, rules: values.map((force) => ({ force, coverage: 0.5 })) } },
  })[0]

const payload = (type: string, value: string) => ({ name: type, weight: 1, payload: { type, value } })

const flagd = (variants: object, defaultVariant: string) =>
  flagsOf('flagd', { flags: { x: { state: 'ENABLED', variants, defaultVariant } } })[0]

describe('the variants of an imported flag', () => {
  it('are "on" and "off" when they are true and false', () => {
    expect(growthbook(true)).toMatchObject({
      type: 'boolean',
      status: 'enabled',
      variants: { on: true, off: false },
      on: 'on',
      off: 'off',
    })
  })

  it('are called what they read like', () => {
    expect(growthbook('red', 'blue')).toMatchObject({
      type: 'string',
      variants: { red: 'red', blue: 'blue' },
      on: 'blue',
      off: 'red',
    })
    expect(growthbook(1.5, -2)).toMatchObject({ type: 'number', variants: { '1.5': 1.5, '-2': -2 } })
    expect(growthbook(undefined, 'a')).toMatchObject({ type: 'json', variants: { null: null, a: 'a' } })
  })

  it('are numbered where that is no name, or the name of two', () => {
    expect(growthbook('a b', 'c')).toMatchObject({
      type: 'string',
      variants: { 'value-0': 'a b', 'value-1': 'c' },
    })
    expect(growthbook('1', 1)).toMatchObject({ type: 'json', variants: { 'value-0': '1', 'value-1': 1 } })
    expect(growthbook({ a: 1 })).toMatchObject({ type: 'json', variants: { 'value-0': { a: 1 } } })
  })

  it('hold what payloads of Unleash say', () => {
    const variants = [
      payload('number', '5'),
      payload('json', '{"a":1}'),
      payload('csv', '1,2'),
      { name: 'none', weight: 1 },
    ]
    const [, flag] = flagsOf('unleash', { features: [{ name: 'x', enabled: true, variants }] })
    expect(flag).toMatchObject({
      key: 'x.variant',
      type: 'json',
      variants: { number: 5, json: { a: 1 }, csv: '1,2', none: null, disabled: null },
      prerequisites: [{ flag: 'x', variant: 'on' }],
    })
  })

  it('are named by Unleash when there is no payload', () => {
    const [, flag] = flagsOf('unleash', {
      features: [{ name: 'x', enabled: true, variants: [{ name: 'a', weight: 0 }] }],
    })
    expect(flag).toMatchObject({
      type: 'string',
      variants: { a: 'a', disabled: 'disabled' },
      on: 'a',
      off: 'disabled',
    })
  })

  it('are the on and the off variant of flagd by their values or their names', () => {
    expect(flagd({ no: false, yes: true }, 'yes')).toMatchObject({ status: 'enabled', on: 'yes', off: 'no' })
    expect(flagd({ on: 'A', off: 'B' }, 'off')).toMatchObject({ status: 'targeted', on: 'on', off: 'off' })
    expect(flagd({ red: 1, blue: 2 }, 'blue')).toMatchObject({ status: 'targeted', on: 'red', off: 'blue' })
    expect(flagd({ only: 1 }, 'only')).toMatchObject({ status: 'targeted', on: 'only', off: 'only' })
  })
})

const broken = () => {
  throw new TypeError('a mistake')
}

describe('an import', () => {
  it('does not take a mistake of its own for a reason', () => {
    expect(() => imported(broken)).toThrow('a mistake')
    expect(() => imported(() => [['x', broken]])).toThrow('a mistake')
  })
})
