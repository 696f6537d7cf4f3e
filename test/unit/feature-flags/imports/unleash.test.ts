import { EventEmitter } from 'node:events'
import { Unleash, type Context } from 'unleash-client'
import { afterAll, describe, expect, it } from 'vitest'
import type { FlagSet } from '../../../../shared/feature-flags/evaluate.ts'
import { unleash as importer } from '../../../../shared/feature-flags/imports/unleash.ts'
import { fewIds, ids, nobodyMoved, oneOf, placementOf, variantOf, wholeImport } from './placement.ts'

type Features = ConstructorParameters<typeof Unleash>[0]
type Repository = NonNullable<Features['repository']>
type Feature = ReturnType<Repository['getToggles']>[number]
type Segment = NonNullable<ReturnType<Repository['getSegment']>>

interface Definition {
  readonly features: readonly object[]
  readonly segments?: readonly object[]
}

/** A repository that has fetched these features already. */
class Fetched extends EventEmitter {
  private readonly features: ReadonlyMap<string, Feature>
  private readonly segments: ReadonlyMap<number, Segment>

  constructor({ features, segments = [] }: Definition) {
    super()
    const copy = structuredClone({ features, segments }) as unknown as {
      features: Feature[]
      segments: Segment[]
    }
    this.features = new Map(copy.features.map((feature) => [feature.name, feature]))
    this.segments = new Map(copy.segments.map((segment) => [segment.id, segment]))
  }

  getToggle(name: string) {
    return this.features.get(name)
  }

  getToggles() {
    return [...this.features.values()]
  }

  getTogglesWithSegmentData() {
    return []
  }

  getSegment(id: number) {
    return this.segments.get(id)
  }

  stop() {}

  async start() {}
}

const clients: Unleash[] = []

/** The stock SDK over these features; it has no server and asks none. */
function sdkOf(definition: Definition): Unleash {
  const repository = new Fetched(definition)
  const client = new Unleash({
    appName: 'midwatch-test',
    url: 'http://127.0.0.1:9/api/',
    repository,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
  })
  repository.emit('ready')
  clients.push(client)
  return client
}

afterAll(() => {
  for (const client of clients) client.destroy()
})

/** The context of Midwatch that says what one of Unleash says. */
const contextOf = ({ userId, properties, ...context }: Context & { userId?: string }) => ({
  ...context,
  ...properties,
  targetingKey: userId,
})

type ContextFor = (id: string, index: number) => Context & { userId?: string }

const isEnabled = (sdk: Unleash, flags: FlagSet, name: string, contextFor: ContextFor, of = ids) =>
  placementOf({
    contexts: of.map(contextFor),
    vendor: (context) => (sdk.isEnabled(name, context) ? 'on' : 'off'),
    midwatch: (context) => variantOf(flags, name, contextOf(context)),
  })

const getVariant = (sdk: Unleash, flags: FlagSet, name: string, contextFor: ContextFor, of = ids) =>
  placementOf({
    contexts: of.map(contextFor),
    vendor: (context) => sdk.getVariant(name, context).name,
    midwatch: (context) => variantOf(flags, `${name}.variant`, contextOf(context)),
  })

const rollout = (name: string, parameters: object, more: object = {}) => ({
  name,
  enabled: true,
  strategies: [{ name: 'flexibleRollout', parameters, constraints: [], ...more }],
})

const variant = (name: string, weight: number, more: object = {}) => ({ name, weight, ...more })

const constraint = (contextName: string, operator: string, more: object) => ({
  contextName,
  operator,
  ...more,
})

const byCompany: ContextFor = (id) => ({ properties: { company: id } })

describe('features of Unleash keep everybody where the SDK puts them', () => {
  it.each([
    ['7 %', { rollout: '7', stickiness: 'userId', groupId: 'checkout' }, 2, ids],
    [
      '33.3 %, which Unleash takes for 33',
      { rollout: '33.3', stickiness: 'userId', groupId: 'checkout' },
      2,
      fewIds,
    ],
    ['99 % and a group that is not ASCII', { rollout: 99, stickiness: 'default', groupId: 'größe' }, 2, ids],
    ['50 % without a group', { rollout: '50', stickiness: 'default' }, 2, fewIds],
    [
      'half a per cent, which is none',
      { rollout: '0.5', stickiness: 'userId', groupId: 'checkout' },
      1,
      fewIds,
    ],
    ['100 %', { rollout: '100', stickiness: 'default', groupId: 'checkout' }, 1, fewIds],
  ])('a rollout to %s', (_, parameters, outcomes, of) => {
    const definition = { features: [rollout('checkout', parameters)] }
    const flags = wholeImport(importer, definition)
    const placement = isEnabled(sdkOf(definition), flags, 'checkout', (userId) => ({ userId }), of)
    expect(placement).toEqual(nobodyMoved(outcomes))
  })

  it('a rollout by session where there is no user, and by user where there is one', () => {
    const definition = {
      features: [rollout('checkout', { rollout: '41', stickiness: 'default', groupId: 'g' })],
    }
    const flags = wholeImport(importer, definition)
    const placement = isEnabled(sdkOf(definition), flags, 'checkout', (id, index) => {
      if (index % 3 === 0) return { userId: id, sessionId: `s${id}` }
      return index % 3 === 1 ? { sessionId: id } : { userId: '', sessionId: id }
    })
    expect(placement).toEqual(nobodyMoved(2))
  })

  it.each(['company', 'random'])(
    'everybody, as far as they have something when it sticks to "%s"',
    (stickiness) => {
      const definition = { features: [rollout('checkout', { rollout: '100', stickiness })] }
      const flags = wholeImport(importer, definition)
      const contexts = [{}, { properties: { company: '' } }, { properties: { company: 'acme' } }]
      const placement = placementOf({
        contexts,
        vendor: (context) => (sdkOf(definition).isEnabled('checkout', context) ? 'on' : 'off'),
        midwatch: (context) => variantOf(flags, 'checkout', contextOf(context)),
      })
      expect(placement).toEqual(nobodyMoved(stickiness === 'random' ? 1 : 2))
    },
  )

  it('a rollout by a property, which some do not have', () => {
    const definition = {
      features: [rollout('checkout', { rollout: '60', stickiness: 'company', groupId: 'g' })],
    }
    const flags = wholeImport(importer, definition)
    const placement = isEnabled(sdkOf(definition), flags, 'checkout', (id, index) => ({
      userId: id,
      ...(index % 4 === 0 ? {} : { properties: { company: index % 4 === 1 ? '' : `company ${id}` } }),
    }))
    expect(placement).toEqual(nobodyMoved(2))
  })

  it('the older strategies, one after the other', () => {
    const definition = {
      features: [
        {
          name: 'old',
          enabled: true,
          strategies: [
            { name: 'userWithId', parameters: { userIds: 'user-1@example.com, 15838,user-5@example.com' } },
            { name: 'gradualRolloutUserId', parameters: { percentage: '13', groupId: 'old' } },
            { name: 'gradualRolloutSessionId', parameters: { percentage: '21', groupId: 'old' } },
            { name: 'userWithId', parameters: {} },
          ],
        },
      ],
    }
    const flags = wholeImport(importer, definition)
    const placement = isEnabled(sdkOf(definition), flags, 'old', (id, index) => ({
      userId: id,
      ...(index % 2 === 0 ? { sessionId: `session-${id}` } : {}),
    }))
    expect(placement).toEqual(nobodyMoved(2))
  })

  it('constraints, segments and the percentages behind them', () => {
    const definition = {
      segments: [
        { id: 7, constraints: [constraint('plan', 'NOT_IN', { values: ['free', ' trial '] })] },
        { id: 8, constraints: null },
      ],
      features: [
        {
          name: 'targeted',
          enabled: true,
          strategies: [
            {
              name: 'flexibleRollout',
              parameters: { rollout: '35', stickiness: 'userId', groupId: 'eu' },
              constraints: [
                constraint('region', 'STR_STARTS_WITH', { values: ['eu-', 'uk-'] }),
                constraint('age', 'NUM_GTE', { value: '18' }),
                constraint('age', 'NUM_EQ', { value: '20', inverted: true }),
                constraint('region', 'STR_CONTAINS', { values: [], inverted: true }),
              ],
              segments: [7, 8],
            },
            {
              name: 'default',
              constraints: [
                constraint('version', 'SEMVER_GTE', { value: '2.1.0' }),
                constraint('version', 'SEMVER_LT', { value: '3.0.0' }),
                constraint('userId', 'STR_ENDS_WITH', { values: ['@example.com'] }),
                constraint('userId', 'NOT_IN', { values: [] }),
              ],
            },
            { name: 'default', constraints: [constraint('userId', 'IN', { values: ['7919', '15838'] })] },
            { name: 'default', constraints: [constraint('age', 'NUM_LT', { value: 'young' })] },
            { name: 'default', segments: [7, 99] },
          ],
        },
      ],
    }
    const flags = wholeImport(importer, definition)
    const placement = isEnabled(sdkOf(definition), flags, 'targeted', (id, index) => {
      const properties = {
        ...oneOf([{ region: 'eu-west' }, { region: 'uk-1' }, { region: 'us-east' }, {}], index),
        age: oneOf(['17', '18', '20', '44', 'old', 21], index),
        ...oneOf([{ plan: 'free' }, { plan: 'trial' }, { plan: 'pro' }, {}, { plan: 'enterprise' }], index),
        version: oneOf(['2.0.9', '2.1.0', '2.1.0-rc.1', '3.0.0-beta', 'v2.5.0', '3.0.0', '2.99.1'], index),
      }
      return { userId: id, properties }
    })
    expect(placement).toEqual(nobodyMoved(2))
  })

  it.each([
    ['333, 333 and 334', [variant('a', 333), variant('b', 333), variant('c', 334)], 3, ids],
    ['1, 0 and 999', [variant('a', 1), variant('nobody', 0), variant('c', 999)], 2, fewIds],
    ['7 of 7 by hand', [variant('a', 2), variant('b', 5)], 2, ids],
    ['99,999 by hand', [variant('a', 33_333), variant('b', 66_666)], 2, fewIds],
    ['0', [variant('a', 0)], 1, fewIds],
  ])('variants that weigh %s', (_, variants, outcomes, of) => {
    const definition = {
      features: [{ name: 'colour', enabled: true, strategies: [{ name: 'default' }], variants }],
    }
    const flags = wholeImport(importer, definition)
    expect(getVariant(sdkOf(definition), flags, 'colour', (userId) => ({ userId }), of)).toEqual(
      nobodyMoved(outcomes),
    )
  })

  it('variants behind a percentage, by user, session or address', () => {
    const definition = {
      features: [
        {
          ...rollout('colour', { rollout: '70', stickiness: 'remoteAddress', groupId: 'colour' }),
          variants: [
            variant('red', 500, { payload: { type: 'string', value: '#f00' } }),
            variant('blue', 500, { overrides: [{ contextName: 'plan', values: ['pro', 'beta'] }] }),
          ],
        },
      ],
    }
    const flags = wholeImport(importer, definition)
    const placement = getVariant(sdkOf(definition), flags, 'colour', (id, index) => ({
      remoteAddress: id,
      ...(index % 3 === 0 ? { userId: id } : {}),
      ...(index % 3 === 1 ? { userId: '', sessionId: `s-${id}` } : {}),
      ...(index % 7 === 0 ? { properties: { plan: 'pro' } } : {}),
    }))
    expect(placement).toEqual(nobodyMoved(3))
  })

  it('variants by a property', () => {
    const definition = {
      features: [
        {
          name: 'colour',
          enabled: true,
          strategies: [],
          variants: [variant('red', 123, { stickiness: 'company' }), variant('blue', 877)],
        },
      ],
    }
    const flags = wholeImport(importer, definition)
    expect(getVariant(sdkOf(definition), flags, 'colour', byCompany)).toEqual(nobodyMoved(2))
  })

  it('variants that strategies have of their own', () => {
    const definition = {
      features: [
        {
          name: 'colour',
          enabled: true,
          variants: [variant('grey', 1000)],
          strategies: [
            {
              name: 'default',
              parameters: {},
              constraints: [{ contextName: 'plan', operator: 'IN', values: ['pro'] }],
              variants: [variant('gold', 400), variant('silver', 600)],
            },
            { name: 'default', constraints: [{ contextName: 'plan', operator: 'IN', values: ['free'] }] },
            { name: 'flexibleRollout', parameters: { rollout: '0' }, variants: [variant('nobody', 1000)] },
            {
              name: 'flexibleRollout',
              parameters: { rollout: '50', stickiness: 'userId', groupId: 'rest' },
              variants: [variant('red', 250), variant('blue', 750)],
            },
          ],
        },
      ],
    }
    const flags = wholeImport(importer, definition)
    const placement = getVariant(sdkOf(definition), flags, 'colour', (id, index) => ({
      userId: id,
      properties: { plan: ['pro', 'free', 'none', 'none'][index % 4] ?? '' },
    }))
    expect(placement).toEqual(nobodyMoved(6))
  })

  it('dependencies between features', () => {
    const child = (name: string, dependency: object) => ({
      ...rollout(name, { rollout: '80', stickiness: 'userId', groupId: name }),
      dependencies: [dependency],
    })
    const definition = {
      features: [
        {
          ...rollout('parent', { rollout: '40', stickiness: 'userId', groupId: 'parent' }),
          variants: [variant('red', 300), variant('blue', 700)],
        },
        child('with', { feature: 'parent' }),
        child('without', { feature: 'parent', enabled: false }),
        child('red-only', { feature: 'parent', variants: ['red'] }),
        { ...rollout('gone', { rollout: '40' }), enabled: false },
        child('without-gone', { feature: 'gone', enabled: false }),
        child('with-gone', { feature: 'gone', variants: null }),
      ],
    }
    const flags = wholeImport(importer, definition)
    const sdk = sdkOf(definition)
    for (const [name, outcomes, of] of [
      ['with', 2, fewIds],
      ['without', 2, ids],
      ['red-only', 2, ids],
      ['gone', 1, fewIds],
      ['without-gone', 2, fewIds],
      ['with-gone', 1, fewIds],
    ] as const) {
      expect(isEnabled(sdk, flags, name, (userId) => ({ userId }), of)).toEqual(nobodyMoved(outcomes))
    }
  })
})
