import * as z from 'zod'
import type { Flag, FlagRule } from '../flag.ts'
import { bucketOfPart, BUCKETS } from '../hashes/hasher.ts'
import { ALWAYS, and, identified, isText, not, oneOf, or, type Formula } from './formula.ts'
import { Inexpressible } from './import.ts'
import { partsOf, splitRules, TARGETING_KEY, variantRules, type Parts } from './rules.ts'
import { attributeOf, readsLike } from './unleash-conditions.ts'
import type { Gate, Strategy, Variant } from './unleash-strategies.ts'

/** What Unleash calls the variant of whoever gets none. */
export const NO_VARIANT = 'disabled'

/** Variants that are chosen among, and what they are hashed with. */
interface Choice {
  readonly variants: readonly Variant[]
  readonly group: string
  readonly stickiness: string
}

const USUAL_WEIGHTS = 1_000

function partsBy({ variants, group }: Choice, weights: number, by: string): Parts {
  let sum = 0
  return {
    parts: partsOf(
      variants.map(({ name, weight }) => ({ variant: name, end: bucketOfPart((sum += weight), weights) })),
    ),
    bucketing: {
      hash: 'unleash-variant',
      salt: group,
      ...(weights === USUAL_WEIGHTS ? {} : { scale: weights }),
      ...(by === TARGETING_KEY ? {} : { by }),
    },
  }
}

/** An attribute of a context that is not a text counts as none, by default. */
const hasText = (attribute: string): Formula => and(isText(attribute), not(oneOf(attribute, [''])))

function stickyRules(when: Formula, choice: Choice, weights: number): readonly FlagRule[] {
  const { stickiness } = choice
  if (stickiness === 'random') throw new Inexpressible('It gives out variants at random, anew each time.')
  if (stickiness !== 'default') {
    const by = attributeOf(stickiness)
    return splitRules(and(when, identified(by)), partsBy(choice, weights, by))
  }
  // Each splits everybody whom it fits, so the first that there is an id for decides.
  return [TARGETING_KEY, 'sessionId', 'remoteAddress'].flatMap((by) =>
    splitRules(and(when, hasText(by)), partsBy(choice, weights, by)),
  )
}

function choiceRules(when: Formula, choice: Choice): readonly FlagRule[] {
  const weights = choice.variants.reduce((sum, { weight }) => sum + weight, 0)
  if (weights === 0) return variantRules(when, NO_VARIANT)
  if (weights > BUCKETS) throw new Inexpressible('Its variants weigh more than 100,000 together.')
  return [
    ...choice.variants.flatMap(({ name, overrides }) =>
      variantRules(
        and(when, or(...overrides.map(({ contextName, values }) => readsLike(contextName, values)))),
        name,
      ),
    ),
    ...stickyRules(when, choice, weights),
  ]
}

/** What `getVariant` chooses among where strategies have no variants of their own. */
const choiceOfFeature = (name: string, variants: readonly Variant[]): Choice => ({
  variants,
  group: name,
  stickiness: variants[0]?.stickiness ?? 'default',
})

/** What it chooses among for whom a strategy has let in that has some. */
const choiceOfStrategy = ({ variants, parameters }: Strategy): Choice => ({
  variants,
  // Unleash hashes the word "undefined" when there is no group.
  group: String(parameters['groupId']),
  stickiness: String(variants[0]?.stickiness || parameters['stickiness'] || 'default'),
})

/** A strategy that is not closed, and whom it lets in. */
export interface Entrance {
  readonly strategy: Strategy
  readonly gate: Gate
}

/**
 * The rules of the variants of a feature that is on for whoever asks.
 * @param entrances in order: the first that lets somebody in chooses their variant
 */
export function variantsRules(
  featureName: string,
  variants: readonly Variant[],
  entrances: readonly Entrance[],
): readonly FlagRule[] {
  const ofFeature = choiceOfFeature(featureName, variants)
  const own = entrances.filter(({ strategy }) => strategy.variants.length > 0)
  if (own.length === 0) return choiceRules(ALWAYS, ofFeature)
  return entrances.flatMap(({ strategy, gate }, index) => {
    const choice = strategy.variants.length > 0 ? choiceOfStrategy(strategy) : ofFeature
    // Whom no strategy before has let in has come in by the last.
    if (index === entrances.length - 1) return choiceRules(ALWAYS, choice)
    if (gate.rollout !== undefined) {
      throw new Inexpressible(
        'A strategy before the last has a percentage and others have variants of their own.',
      )
    }
    return choiceRules(gate.when, choice)
  })
}

function valueOf({ name, payload }: Variant): Flag['variants'][string] {
  if (payload === undefined || payload === null) return null
  if (payload.type === 'number') return Number(payload.value)
  if (payload.type !== 'json') return payload.value
  try {
    return z.json().parse(JSON.parse(payload.value))
  } catch {
    throw new Inexpressible(`The payload of its variant "${name}" is no JSON.`)
  }
}

/** The values of variants: what their payloads hold, or their names when there are none at all. */
export function valuesOf(variants: readonly Variant[]): Flag['variants'] {
  const hasPayload = variants.some(({ payload }) => payload !== undefined && payload !== null)
  const values = new Map<string, Flag['variants'][string]>()
  for (const variant of variants) {
    const { name } = variant
    const value = hasPayload ? valueOf(variant) : name
    const isOther = values.has(name) && JSON.stringify(values.get(name)) !== JSON.stringify(value)
    if (name === NO_VARIANT || isOther) {
      throw new Inexpressible(`It has more than one variant "${name}".`)
    }
    values.set(name, value)
  }
  return Object.fromEntries([...values, [NO_VARIANT, hasPayload ? null : NO_VARIANT]])
}
