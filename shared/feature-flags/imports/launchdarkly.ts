import * as z from 'zod'
import type { Flag, FlagRule, Target } from '../flag.ts'
import { BUCKETS } from '../hashes/hasher.ts'
import { ALWAYS, and, not, oneOf, or, present, type Formula } from './formula.ts'
import { checkedFlag, imported, Inexpressible, optionalList, parsed, type Importer } from './import.ts'
import {
  attributeOf,
  Clause,
  clausesFormula,
  keysFormula,
  Segment,
  segmentsOf,
  type Segments,
} from './launchdarkly-clauses.ts'
import {
  flagByRules,
  partsOf,
  splitRules,
  TARGETING_KEY,
  variantOfId,
  variantRules,
  type Parts,
} from './rules.ts'
import { typeOfValues } from './values.ts'

const Index = z.int().min(0)

const Rollout = z.object({
  kind: z.string().nullish(),
  contextKind: z.string().nullish(),
  bucketBy: z.string().nullish(),
  seed: z.number().nullish(),
  variations: z.array(z.object({ variation: Index, weight: z.int().min(0) })).min(1),
})
type Rollout = z.output<typeof Rollout>

const Outcome = z.object({ variation: Index.nullish(), rollout: Rollout.nullish() })
type Outcome = z.output<typeof Outcome>

const TargetList = z.object({
  values: optionalList(z.string()),
  variation: Index,
  contextKind: z.string().nullish(),
})
type TargetList = z.output<typeof TargetList>

const LaunchDarklyFlag = z.object({
  on: z.boolean(),
  salt: z.string().nullish(),
  variations: z.array(z.json()).min(1),
  offVariation: Index.nullish(),
  fallthrough: Outcome,
  prerequisites: optionalList(z.object({ key: z.string(), variation: Index })),
  targets: optionalList(TargetList),
  contextTargets: optionalList(TargetList),
  rules: optionalList(Outcome.extend({ clauses: z.array(Clause).nullish() })),
})
type LaunchDarklyFlag = z.output<typeof LaunchDarklyFlag>

/** What SDKs fetch, and their data files hold: `{flags, segments}`. */
const Data = z.object({
  flags: z.record(z.string(), z.unknown()),
  segments: z.record(z.string(), Segment).nullish(),
})

/** The definition of one flag. */
const OneFlag = z.looseObject({ key: z.string(), variations: z.array(z.json()) })

const Deleted = z.looseObject({ deleted: z.literal(true) })

/** The variant of who is off, apart from the variation with the same value: a prerequisite is not met by it. */
const OFF = 'off'
const variantOf = (index: number): string => `variation-${index}`

/** All weights are hundred-thousandths; whoever lies beyond them belongs to the last variation. */
function partsOfRollout(rollout: Rollout, key: string, salt: string): Parts {
  const { variations, kind, bucketBy, contextKind, seed } = rollout
  const by = attributeOf(kind === 'experiment' ? 'key' : (bucketBy ?? 'key'), contextKind)
  let sum = 0
  const bounds = variations.map(({ variation, weight }, index) => {
    sum = index === variations.length - 1 ? BUCKETS : Math.min(sum + weight, BUCKETS)
    return { variant: variantOf(variation), end: sum }
  })
  return {
    parts: partsOf(bounds),
    bucketing: {
      hash: 'launchdarkly',
      salt: seed ? String(seed) : `${key}.${salt}`,
      ...(by === TARGETING_KEY ? {} : { by }),
    },
  }
}

/** Whoever has nothing to be hashed is at position 0; an empty text is hashed, here it would be no id. */
function withoutIdRules(when: Formula, parts: Parts): readonly FlagRule[] {
  const { by } = parts.bucketing
  const [first] = parts.parts
  if (by === undefined || first === undefined) return []
  const without = or(not(present(by)), oneOf(by, [true, false]))
  return [
    ...variantRules(and(when, without), first.variant, 'Without an id'),
    ...variantRules(and(when, oneOf(by, [''])), variantOfId(parts, ''), 'Without an id'),
  ]
}

function outcomeRules(when: Formula, outcome: Outcome, key: string, salt: string): readonly FlagRule[] {
  const { variation, rollout } = outcome
  if (variation !== undefined && variation !== null) return variantRules(when, variantOf(variation))
  if (!rollout) throw new Inexpressible('A rule of it has neither a variation nor a rollout.')
  const parts = partsOfRollout(rollout, key, salt)
  return [...withoutIdRules(when, parts), ...splitRules(when, parts)]
}

/** The first list that a user is on counts. */
function targetsOf(lists: readonly TargetList[]): Target[] {
  const targets = new Map<string, Target>()
  for (const { values, variation } of lists) {
    for (const value of values) {
      if (value.trim() !== value)
        throw new Inexpressible(`It has the target "${value}", with spaces around it.`)
      if (!targets.has(value)) {
        targets.set(value, { type: 'user', value, effect: 'allow', variant: variantOf(variation) })
      }
    }
  }
  return [...targets.values()]
}

/** Targets of several kinds, in their own order: those of users stand elsewhere, and here is their place. */
function contextTargetRules({ contextTargets, targets }: LaunchDarklyFlag): readonly FlagRule[] {
  return contextTargets.flatMap((list) => {
    const isUser = !list.contextKind || list.contextKind === 'user'
    const found = isUser ? targets.find(({ variation }) => variation === list.variation) : list
    return found === undefined ? [] : variantRules(keysFormula([found]), variantOf(list.variation))
  })
}

/** Flags by key, as far as they are in the format. */
type Known = Readonly<Record<string, unknown>>

function prerequisitesOf({ prerequisites }: LaunchDarklyFlag, known: Known): Flag['prerequisites'] {
  return prerequisites.map(({ key, variation }) => {
    const { data } = LaunchDarklyFlag.safeParse(known[key])
    if (data?.offVariation === variation && data.prerequisites.length > 0) {
      throw new Inexpressible(
        `It needs the variation of "${key}" that this has when its own prerequisites fail.`,
      )
    }
    return { flag: key, variant: variantOf(variation) }
  })
}

function variantsOf({ variations, offVariation }: LaunchDarklyFlag): Flag['variants'] {
  const off = variations[offVariation ?? -1]
  if (off === undefined) {
    throw new Inexpressible('It has no off variation: callers get their own default while it is off.')
  }
  return { ...Object.fromEntries(variations.map((value, index) => [variantOf(index), value])), [OFF]: off }
}

function rulesOf(key: string, flag: LaunchDarklyFlag, segments: Segments): readonly FlagRule[] {
  const salt = flag.salt ?? ''
  return [
    ...contextTargetRules(flag),
    ...flag.rules.flatMap(({ clauses, ...outcome }) =>
      clauses ? outcomeRules(clausesFormula(clauses, segments), outcome, key, salt) : [],
    ),
    ...outcomeRules(ALWAYS, flag.fallthrough, key, salt),
  ]
}

function flagOf(key: string, flag: LaunchDarklyFlag, segments: Segments, known: Known): Flag {
  const variants = variantsOf(flag)
  const on = variantOf(Math.max(flag.variations.indexOf(true), 0))
  const hasKinds = flag.contextTargets.length > 0
  return checkedFlag(key, {
    ...flagByRules(rulesOf(key, flag, segments), OFF, { on, off: OFF }),
    ...(flag.on ? {} : { status: 'disabled' }),
    type: typeOfValues(flag.variations),
    variants,
    targets: hasKinds ? [] : targetsOf(flag.targets),
    prerequisites: prerequisitesOf(flag, known),
  })
}

/**
 * Imports flags of LaunchDarkly. The key of a user is the targeting key, that of another kind an attribute with its name.
 * Ids are taken to be texts or whole numbers, moments and versions to be written by their rules. LaunchDarkly adds
 * percentages up in floating point, here they are exact: a sum of theirs may lie beside a bound by 1e-16 of everybody, on which its SDKs
 * in other languages do not agree either.
 */
export const launchdarkly: Importer = (definition) =>
  imported(() => {
    const one = OneFlag.safeParse(definition).data
    const { flags, segments } = parsed(Data, one === undefined ? definition : { flags: { [one.key]: one } })
    const known = segmentsOf(segments ?? {})
    return Object.entries(flags)
      .filter(([, flag]) => !Deleted.safeParse(flag).success)
      .map(([key, flag]) => [key, () => [flagOf(key, parsed(LaunchDarklyFlag, flag), known, flags)]] as const)
  })
