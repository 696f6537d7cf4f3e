import { init, type LDClient, type LDContext } from '@launchdarkly/node-server-sdk'
import { TestData } from '@launchdarkly/node-server-sdk/integrations'
import { afterAll, describe, expect, it } from 'vitest'
import type { EvaluationContext } from '../../../../shared/feature-flags/context.ts'
import { launchdarkly as importer } from '../../../../shared/feature-flags/imports/launchdarkly.ts'
import {
  ATTRIBUTES,
  fewIds,
  nobodyMoved,
  ids,
  oneOf,
  placementOf,
  valueOf,
  wholeImport,
  type Placement,
} from './placement.ts'

type Attributes = Readonly<Record<string, string | number | boolean | null | string[]>>

/** A user, or somebody of whom only the organization is known. */
interface Person {
  readonly key?: string
  readonly organization?: string
  readonly attributes?: Attributes
}

const clients: LDClient[] = []

interface Definition {
  readonly flags: Readonly<Record<string, object>>
  readonly segments?: Readonly<Record<string, object>>
}

/** The stock SDK over these flags; it has no server and asks none. */
async function sdkOf({ flags, segments = {} }: Definition): Promise<LDClient> {
  const data = new TestData()
  for (const [key, segment] of Object.entries(segments))
    await data.usePreconfiguredSegment({ key, version: 1, ...segment })
  for (const [key, flag] of Object.entries(flags))
    await data.usePreconfiguredFlag({ key, version: 1, ...flag })
  const client = init('sdk-key', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
  })
  await client.waitForInitialization({ timeout: 10 })
  clients.push(client)
  return client
}

afterAll(() => {
  for (const client of clients) client.close()
})

const user = (key: string, attributes: Attributes) => ({ ...attributes, kind: 'user', key })
const organizationOf = (key: string) => ({ kind: 'organization', key })

function contextOf({ key, organization, attributes = {} }: Person): LDContext {
  if (key === undefined) return organizationOf(organization ?? 'nobody')
  if (organization === undefined) return user(key, attributes)
  return {
    kind: 'multi',
    user: { key, ...attributes },
    organization: { key: organization },
  }
}

const midwatchContext = ({ key, organization, attributes }: Person): EvaluationContext => ({
  ...attributes,
  ...(key === undefined ? {} : { targetingKey: key }),
  ...(organization === undefined ? {} : { organization }),
})

/** Compares what the SDK says of a flag with what was imported of it. */
async function compare(definition: Definition, people: readonly Person[], key = 'theme'): Promise<Placement> {
  const client = await sdkOf(definition)
  const flags = wholeImport(importer, definition)
  const contexts: { person: Person; given: unknown }[] = []
  for (const person of people) {
    contexts.push({
      person,
      given: await client.variation(key, contextOf(person), 'the default of the code'),
    })
  }
  return placementOf({
    contexts,
    vendor: ({ given }) => given,
    midwatch: ({ person }) => valueOf(flags, key, midwatchContext(person)),
  })
}

const flag = (more: object) => ({
  on: true,
  salt: 'b4a1c0ffee',
  variations: ['a', 'b', 'c'],
  offVariation: 2,
  fallthrough: { variation: 0 },
  ...more,
})

const rollout = (weights: readonly number[], more: object = {}) => ({
  rollout: { variations: weights.map((weight, variation) => ({ variation, weight })), ...more },
})

const theme = (
  more: object,
  others: Omit<Definition, 'flags'> & { flags?: Definition['flags'] } = {},
): Definition => ({
  ...others,
  flags: { ...others.flags, theme: flag(more) },
})

const clause = (attribute: string, op: string, ...values: unknown[]) => ({ attribute, op, values })

describe('flags of LaunchDarkly keep everybody where the SDK puts them', () => {
  it.each([
    ['10, 20 and 70 %, whose sum floating point rounds', rollout([10_000, 20_000, 70_000]), 3, ids],
    ['a seed', rollout([41_000, 59_000], { seed: 61 }), 2, ids],
    ['weights that leave some over', rollout([20_000, 30_000, 10_000]), 3, ids],
    ['thirds', rollout([33_333, 33_333, 33_334]), 3, fewIds],
    ['thousandths of a per cent', rollout([12_345, 87_655]), 2, fewIds],
    ['weights of more than everybody', rollout([70_000, 70_000, 10_000]), 2, fewIds],
    ['no weight at all', rollout([0, 0]), 1, fewIds],
    [
      'an experiment, of the key',
      rollout([50_000, 50_000], { kind: 'experiment', bucketBy: 'a' }),
      2,
      fewIds,
    ],
  ])('a rollout with %s', async (_, fallthrough, outcomes, of) => {
    const people = of.map((key) => ({ key }))
    expect(await compare(theme({ fallthrough }), people)).toEqual(nobodyMoved(outcomes))
  })

  it('a rollout by an attribute, whatever its value', async () => {
    const people = ids.map((key, index): Person => {
      const company = oneOf([`company-${key}`, key, '', index, true, null], index)
      return { key, attributes: { company } }
    })
    expect(
      await compare(theme({ fallthrough: rollout([30_000, 70_000], { bucketBy: 'company' }) }), people),
    ).toEqual(nobodyMoved(2))
  })

  it('a rollout by organization', async () => {
    const people = ids.map((key, index) =>
      oneOf<Person>([{ key, organization: `o-${key}` }, { organization: key }, { key }], index),
    )
    expect(
      await compare(
        theme({ fallthrough: rollout([60_000, 40_000], { contextKind: 'organization' }), salt: null }),
        people,
      ),
    ).toEqual(nobodyMoved(2))
  })

  it('targets, rules, segments and prerequisites together', async () => {
    const definition = theme(
      {
        targets: [
          { variation: 1, values: ['7919', '15838'] },
          { variation: 2, values: ['15838', '47514'] },
        ],
        prerequisites: [{ key: 'base', variation: 1 }],
        rules: [
          { clauses: [{ op: 'segmentMatch', values: ['nobody', 'staff'] }], variation: 2 },
          {
            clauses: [clause('country', 'in', 'DE', 'FR'), { ...clause('plan', 'in', 'free'), negate: true }],
            ...rollout([25_000, 50_000, 25_000], { seed: 7 }),
          },
          {
            clauses: [clause('key', 'endsWith', '@example.com'), clause('age', 'lessThan', 30)],
            variation: 1,
          },
          {
            clauses: [
              { op: 'segmentMatch', values: ['vip'], negate: true },
              clause('age', 'greaterThan', 29),
            ],
            variation: 2,
          },
          { clauses: null, variation: 2 },
        ],
        fallthrough: rollout([90_000, 5_000, 5_000]),
      },
      {
        flags: {
          base: flag({ variations: [false, true], offVariation: 1, fallthrough: rollout([20_000, 80_000]) }),
        },
        segments: {
          staff: {
            included: ['23757'],
            excluded: ['31676'],
            rules: [
              { clauses: [clause('key', 'startsWith', '3')] },
              { clauses: [{ op: 'segmentMatch', values: ['vip'] }] },
            ],
          },
          vip: {
            includedContexts: [{ contextKind: 'organization', values: ['acme'] }],
            excludedContexts: [],
          },
        },
      },
    )
    const people = ids.map((key, index): Person => ({
      key,
      ...oneOf([{ organization: 'acme' }, {}, {}], index >> 1),
      attributes: {
        ...oneOf([{ country: 'DE' }, { country: 'US' }, { country: ['US', 'FR'] }], index >> 2),
        ...oneOf<Attributes>([{ plan: 'free' }, { plan: 'pro' }, {}], index >> 3),
        ...oneOf<Attributes>([{ age: 17 }, { age: 30 }, { age: '20' }], index >> 4),
      },
    }))
    expect(await compare(definition, people)).toEqual(nobodyMoved(3))
  })

  it('targets of several kinds', async () => {
    const definition = theme({
      targets: [{ variation: 1, values: ['u1', 'u2'] }],
      contextTargets: [
        { variation: 2, contextKind: 'organization', values: ['acme'] },
        { variation: 1, contextKind: 'user', values: [] },
        { variation: 0, contextKind: 'user', values: [] },
      ],
      fallthrough: { variation: 0 },
    })
    const people = ['u1', 'u2', 'u3'].flatMap((key): Person[] => [{ key }, { key, organization: 'acme' }])
    expect(await compare(definition, [...people, { organization: 'acme' }, { organization: 'u1' }])).toEqual(
      nobodyMoved(3),
    )
  })

  it('flags that are off, and those that need them', async () => {
    const definition: Definition = {
      flags: {
        off: flag({ on: false, variations: [true, false], offVariation: 0 }),
        dependent: flag({ prerequisites: [{ key: 'off', variation: 0 }] }),
        deleted: { deleted: true },
      },
    }
    expect(await compare(definition, [{ key: 'anybody' }], 'off')).toEqual(nobodyMoved(1))
    expect(await compare(definition, [{ key: 'anybody' }], 'dependent')).toEqual(nobodyMoved(1))
  })

  it('a clause whose values fit nothing', async () => {
    const definition = theme({ rules: [{ clauses: [clause('key', 'startsWith', 5)], variation: 1 }] })
    expect(await compare(definition, [{ key: '5' }])).toEqual(nobodyMoved(1))
  })

  const MOMENTS = ['2026-11-21T12:00:00Z', '2026-11-21T14:00:00.5+01:00', 'yesterday', 1_800_000_000_000]
  it.each([
    ['in', ['x', 5, true, null, {}]],
    ['startsWith', ['x', '2.', 5]],
    ['endsWith', ['y', '0']],
    ['contains', ['.', 'ru']],
    ['lessThan', [5, '9']],
    ['lessThanOrEqual', [5]],
    ['greaterThan', [0.5, 5]],
    ['greaterThanOrEqual', [5]],
    ['before', ['2026-11-21T12:30:00Z', 'tomorrow']],
    ['after', [1_790_000_000_000, 5]],
    ['semVerEqual', ['2.1', 'v2.1.0', 5]],
    ['semVerLessThan', ['2.1.0', 'x']],
    ['semVerGreaterThan', ['2.1.0-alpha']],
  ])('a clause with "%s", of values of any type', async (op, values) => {
    const attributes = [...ATTRIBUTES, ...MOMENTS.map((a) => ({ a })), { a: ['x', 'z'] }, { a: [] }]
    const people = attributes.map((each, index): Person => ({
      key: String(index),
      attributes: each as Attributes,
    }))
    for (const negate of [false, true]) {
      const clause = { attribute: 'a', op, values, negate }
      expect(await compare(theme({ rules: [{ clauses: [clause], variation: 1 }] }), people)).toEqual(
        nobodyMoved(2),
      )
      const reference = { ...clause, attribute: '/a', contextKind: 'user' }
      expect(await compare(theme({ rules: [{ clauses: [reference], variation: 1 }] }), people)).toEqual(
        nobodyMoved(2),
      )
    }
  })
})
