import * as z from 'zod'
import type { Flag, FlagRule } from '../flag.ts'
import { ALWAYS, and, identified, type Formula } from './formula.ts'
import { attributeOf, conditionFormula, type SavedGroups } from './growthbook-conditions.ts'
import { coverageParts, experimentRanges, isHashVersion, rangeParts } from './growthbook-ranges.ts'
import { checkedFlag, imported, Inexpressible, optionalList, parsed, type Importer } from './import.ts'
import { flagByRules, splitRules, TARGETING_KEY, variantRules, type Part } from './rules.ts'
import { namedValues, type NamedValues } from './values.ts'

const Range = z.tuple([z.number(), z.number()])
const Version = z.number().nullish()

const Filter = z.object({
  seed: z.string(),
  ranges: z.array(Range),
  hashVersion: Version,
  attribute: z.string().nullish(),
})
type Filter = z.output<typeof Filter>

const Rule = z.object({
  condition: z.record(z.string(), z.json()).nullish(),
  force: z.json().optional(),
  variations: z.array(z.json()).nullish(),
  weights: z.array(z.number()).nullish(),
  key: z.string().nullish(),
  seed: z.string().nullish(),
  coverage: z.number().optional(),
  range: Range.nullish(),
  ranges: z.array(Range).nullish(),
  hashAttribute: z.string().nullish(),
  hashVersion: Version,
  meta: z.array(z.object({ passthrough: z.boolean().nullish() })).nullish(),
  namespace: z.tuple([z.string(), z.number(), z.number()]).nullish(),
  filters: z.array(Filter).nullish(),
  fallbackAttribute: z.string().nullish(),
  disableStickyBucketing: z.boolean().nullish(),
  parentConditions: optionalList(z.unknown()),
  contextualBanditRef: z.string().nullish(),
  contextualVariations: z.array(z.json()).nullish(),
})
type Rule = z.output<typeof Rule>

const Feature = z.object({ defaultValue: z.json().optional(), rules: optionalList(Rule) })
/** Far more than a flag can have. Each may name a saved group, and is as large as the group then. */
const MAX_RULES = 200
type Feature = z.output<typeof Feature>

/** What an SDK of GrowthBook fetches: `GET /api/features/<client key>`. */
const Payload = z.object({
  features: z.record(z.string(), z.unknown()),
  savedGroups: z.record(z.string(), z.json()).nullish(),
})

/** What a feature is made of, while it is imported. */
interface Parts {
  readonly key: string
  readonly groups: SavedGroups
  readonly values: NamedValues
}

function requireExpressible(rule: Rule): void {
  if (rule.parentConditions.length > 0) throw new Inexpressible('A rule of it depends on other features.')
  if (rule.contextualBanditRef || rule.contextualVariations) {
    throw new Inexpressible('A rule of it is a contextual bandit.')
  }
  if (rule.fallbackAttribute && rule.disableStickyBucketing !== true) {
    throw new Inexpressible(
      'A rule of it remembers users in sticky buckets, which are not in the definition.',
    )
  }
}

/** Whoever fits gets what their position says. */
function hashedRules(
  when: Formula,
  parts: readonly Part[],
  { hashAttribute, hashVersion }: Pick<Rule, 'hashAttribute' | 'hashVersion'>,
  salt: string,
): readonly FlagRule[] {
  const by = attributeOf(hashAttribute || 'id')
  return splitRules(and(when, identified(by)), {
    parts,
    bucketing: {
      hash: (hashVersion || 1) === 2 ? 'growthbook-2' : 'growthbook-1',
      salt,
      ...(by === TARGETING_KEY ? {} : { by }),
    },
  })
}

/** A value for all who fit, or for a part of them. */
function forceRules(rule: Rule, name: string, when: Formula, key: string): readonly FlagRule[] {
  const { range, coverage, hashVersion } = rule
  const version = hashVersion || 1
  const salt = rule.seed || key
  if (range && isHashVersion(version)) {
    return hashedRules(when, rangeParts(version, [range], [name]), rule, salt)
  }
  if (!range && coverage === undefined) return variantRules(when, name)
  if (!isHashVersion(version) || coverage === undefined || coverage === 0) return []
  return hashedRules(when, coverageParts(version, coverage, name), rule, salt)
}

/** An experiment: whoever is in no variation, or in one that lets through, goes on to the next rule. */
function experimentRules(rule: Rule, when: Formula, { key, values }: Parts): readonly FlagRule[] {
  const { variations, meta, ranges, coverage, weights } = rule
  const version = rule.hashVersion || 1
  if (!variations || variations.length < 2 || !isHashVersion(version)) return []
  const names = variations.map((value, index) =>
    meta?.[index]?.passthrough === true ? undefined : values.nameOf(value),
  )
  const bounds = ranges ?? experimentRanges(variations.length, coverage ?? 1, weights ?? undefined)
  return hashedRules(when, rangeParts(version, bounds, names), rule, rule.seed || rule.key || key)
}

function rulesOf(rule: Rule, parts: Parts): readonly FlagRule[] {
  requireExpressible(rule)
  const when = rule.condition ? conditionFormula(rule.condition, parts.groups) : ALWAYS
  const { force } = rule
  if (force === undefined) return experimentRules(rule, when, parts)
  return forceRules(rule, parts.values.nameOf(force), when, parts.key)
}

/** What a rule asks of another hash before its own: filters, or, in experiments without them, a namespace. */
function filtersOf({ filters, namespace, hashAttribute, force }: Rule): readonly Filter[] {
  if (filters || !namespace || force !== undefined) return filters ?? []
  const [name, start, end] = namespace
  return [{ seed: `__${name}`, ranges: [[start, end]], hashVersion: 1, attribute: hashAttribute }]
}

/** A flag that is on for whom a filter lets through. */
function filterFlag(key: string, { seed, ranges, hashVersion, attribute }: Filter): Flag {
  const version = hashVersion || 2
  const parts = isHashVersion(version)
    ? rangeParts(
        version,
        ranges,
        ranges.map(() => 'on'),
      )
    : []
  const rules = hashedRules(ALWAYS, parts, { hashAttribute: attribute, hashVersion: version }, seed)
  return checkedFlag(key, flagByRules(rules, 'off', { on: 'on', off: 'off' }))
}

/** The flags that a feature's only rule depends on, one for each other hash. */
function filterFlags(key: string, rules: readonly Rule[]): readonly Flag[] {
  const filters = rules.map(filtersOf)
  if (filters.every((list) => list.length === 0)) return []
  if (rules.length > 1) {
    throw new Inexpressible('It has a rule with a namespace or a filter beside other rules.')
  }
  return filters.flat().map((filter, index) => filterFlag(`${key}.filter-${index}`, filter))
}

/** Every value that a feature can have; the default comes first. */
function namedValuesOf({ defaultValue, rules }: Feature): NamedValues {
  return namedValues([
    defaultValue ?? null,
    ...rules.flatMap(({ force, variations }) => (force === undefined ? (variations ?? []) : [force])),
  ])
}

function flagsOf(key: string, feature: Feature, groups: SavedGroups): readonly Flag[] {
  const { rules } = feature
  if (rules.length > MAX_RULES) throw new Inexpressible('It has more than 200 rules.')
  const values = namedValuesOf(feature)
  const needed = filterFlags(key, rules)
  const otherwise = values.nameOf(feature.defaultValue ?? null)
  const off = values.type === 'boolean' && needed.length === 0 ? 'off' : otherwise
  const on = Object.keys(values.variants).find((name) => name !== off) ?? off
  const flag = checkedFlag(key, {
    ...flagByRules(
      rules.flatMap((rule) => rulesOf(rule, { key, groups, values })),
      otherwise,
      { on, off },
    ),
    type: values.type,
    variants: values.variants,
    prerequisites: needed.map((filter) => ({ flag: filter.key, variant: 'on' })),
  })
  return [...needed, flag]
}

/**
 * Imports features of GrowthBook. The attribute `id` is the targeting key. Attributes that are hashed are taken to be texts or
 * numbers, and those that are compared with one value to be no lists. Sticky buckets are not known here.
 */
export const growthbook: Importer = (definition) =>
  imported(() => {
    const { features, savedGroups } = parsed(Payload, definition)
    return Object.entries(features).map(
      ([key, feature]) => [key, () => flagsOf(key, parsed(Feature, feature), savedGroups ?? {})] as const,
    )
  })
