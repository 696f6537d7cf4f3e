import * as z from 'zod'
import type { Flag } from '../flag.ts'
import { checkedFlag, imported, Inexpressible, optionalList, parsed, type Importer } from './import.ts'
import { flagByRules } from './rules.ts'
import {
  gateOf,
  gateRules,
  isClosed,
  Segment,
  Strategy,
  Variant,
  type Segments,
} from './unleash-strategies.ts'
import { NO_VARIANT, valuesOf, variantsRules, type Entrance } from './unleash-variants.ts'
import { typeOfValues } from './values.ts'

const Feature = z.object({
  name: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean(),
  strategies: optionalList(Strategy),
  variants: optionalList(Variant),
  dependencies: optionalList(
    z.object({ feature: z.string(), enabled: z.boolean().nullish(), variants: optionalList(z.string()) }),
  ),
})
type Feature = z.output<typeof Feature>

const Named = z.looseObject({ name: z.string(), dependencies: optionalList(z.unknown()) })

/** What a client of Unleash fetches: `GET /api/client/features`. */
const Definition = z.object({ features: z.array(Named), segments: optionalList(Segment) })

/** The flag of the other question that Unleash answers about a feature. */
const variantKey = (name: string): string => `${name}.variant`

const descriptionOf = ({ description }: Feature): string => (description ?? '').slice(0, 500)

/** A feature's dependencies. Those of a feature that has some itself are never met. */
function prerequisitesOf({ dependencies }: Feature, dependents: ReadonlySet<string>): Flag['prerequisites'] {
  return dependencies.map(({ feature, enabled, variants }) => {
    if (dependents.has(feature)) {
      throw new Inexpressible(
        `It depends on "${feature}", which depends on others: Unleash never lets it on.`,
      )
    }
    if (enabled === false) return { flag: feature, variant: 'off' }
    const [variant, ...others] = variants
    if (variant === undefined) return { flag: feature, variant: 'on' }
    if (others.length > 0 || variant === NO_VARIANT) {
      throw new Inexpressible(`It depends on one of several variants of "${feature}".`)
    }
    return { flag: variantKey(feature), variant }
  })
}

const entrancesOf = (feature: Feature, segments: Segments): readonly Entrance[] =>
  feature.strategies
    .map((strategy) => ({ strategy, gate: gateOf(strategy, segments) }))
    .filter(({ gate }) => !isClosed(gate))

/** `isEnabled`: strategies are alternatives, and without any a feature is on for everybody. */
function featureFlag(feature: Feature, segments: Segments, dependents: ReadonlySet<string>): Flag {
  const entrances = entrancesOf(feature, segments)
  const isOpen = feature.strategies.length === 0
  const deciding = isOpen
    ? { status: 'enabled' as const }
    : flagByRules(
        entrances.flatMap(({ gate }) => gateRules(gate)),
        'off',
        { on: 'on', off: 'off' },
      )
  return checkedFlag(feature.name, {
    ...deciding,
    ...(feature.enabled ? {} : { status: 'disabled' }),
    description: descriptionOf(feature),
    prerequisites: prerequisitesOf(feature, dependents),
  })
}

/** `getVariant`: chosen once the feature is on. */
function variantFlag(feature: Feature, segments: Segments): Flag {
  const own = feature.variants
  const entrances = entrancesOf(feature, segments)
  const variants = valuesOf([...own, ...feature.strategies.flatMap((strategy) => strategy.variants)])
  const [first = NO_VARIANT] = Object.keys(variants)
  return checkedFlag(variantKey(feature.name), {
    ...flagByRules(variantsRules(feature.name, own, entrances), NO_VARIANT, { on: first, off: NO_VARIANT }),
    description: descriptionOf(feature),
    type: typeOfValues(Object.values(variants)),
    variants,
    prerequisites: [{ flag: feature.name, variant: 'on' }],
  })
}

const hasVariants = ({ variants, strategies }: Feature): boolean =>
  [variants, ...strategies.map((strategy) => strategy.variants)].some((list) => list.length > 0)

/**
 * Imports features of Unleash. `userId` is the targeting key; properties are attributes like `sessionId`, `remoteAddress` and
 * the others. Attributes are taken to be texts, as Unleash has them, and versions to be written by its rules. Whoever has none
 * of the ids that a feature is sticky to gets something else each time in Unleash, and nothing here.
 */
export const unleash: Importer = (definition) =>
  imported(function* features() {
    const { features: all, segments } = parsed(Definition, definition)
    const known: Segments = new Map(segments.map((segment) => [segment.id, segment]))
    const dependents = new Set(
      all.filter(({ dependencies }) => dependencies.length > 0).map(({ name }) => name),
    )
    for (const one of all) {
      yield [one.name, () => [featureFlag(parsed(Feature, one), known, dependents)]] as const
      const { success, data } = Feature.safeParse(one)
      if (success && hasVariants(data)) {
        yield [variantKey(one.name), () => [variantFlag(data, known)]] as const
      }
    }
  })
