import * as z from 'zod'
import type { FlagRule } from '../flag.ts'
import { and, identified, NEVER, not, oneOf, type Formula } from './formula.ts'
import { Inexpressible, optionalList } from './import.ts'
import { partsOf, splitRules, TARGETING_KEY, variantRules, type Parts } from './rules.ts'
import { attributeOf, Constraint, constraintsFormula } from './unleash-conditions.ts'

export const Variant = z.object({
  name: z.string(),
  weight: z.int().min(0),
  stickiness: z.string().nullish(),
  payload: z.object({ type: z.string(), value: z.string() }).nullish(),
  overrides: optionalList(z.object({ contextName: z.string(), values: z.array(z.string()) })),
})
export type Variant = z.output<typeof Variant>

const Parameters = z.record(z.string(), z.union([z.string(), z.number()]))

export const Strategy = z.object({
  name: z.string(),
  parameters: Parameters.nullish().transform((parameters) => parameters ?? {}),
  constraints: optionalList(Constraint),
  segments: optionalList(z.number()),
  variants: optionalList(Variant),
})
export type Strategy = z.output<typeof Strategy>

export const Segment = z.object({ id: z.number(), constraints: optionalList(Constraint) })
export type Segments = ReadonlyMap<number, z.output<typeof Segment>>

/** Whom a strategy lets in: all who fit, or a percentage of them. */
export interface Gate {
  readonly when: Formula
  /** Absent: everybody. */
  readonly rollout?: {
    /** `default` is the user, or the session of whom there is no user of. */
    readonly stickiness: string
    /** Whole percents, 1 to 99. */
    readonly percentage: number
    readonly group: string
  }
}

const NOBODY: Gate = { when: NEVER }

function whenOf({ constraints, segments }: Strategy, known: Segments): Formula {
  const found = segments.map((id) => known.get(id))
  if (!found.every((segment) => segment !== undefined)) return NEVER
  return constraintsFormula([...constraints, ...found.flatMap((segment) => segment.constraints)])
}

/** Everybody is let in whatever they are hashed to; but whoever has no id at all is not, where there is one attribute. */
function everybody(when: Formula, stickiness: string): Gate {
  const isRandom = stickiness === 'default' || stickiness === 'random'
  return { when: isRandom ? when : and(when, identified(attributeOf(stickiness))) }
}

/** @param given per cent; Unleash compares with whole ones */
function rolloutGate(when: Formula, given: unknown, stickiness: string, group: string): Gate {
  const percentage = Math.floor(Number(given))
  if (!(percentage > 0)) return NOBODY
  if (percentage >= 100) return everybody(when, stickiness)
  if (stickiness === 'random') throw new Inexpressible('It lets people in at random, anew each time.')
  return { when, rollout: { stickiness, percentage, group } }
}

/** Whom a strategy lets in. */
export function gateOf(strategy: Strategy, segments: Segments): Gate {
  const when = whenOf(strategy, segments)
  const { parameters } = strategy
  const group = String(parameters['groupId'] ?? '')
  switch (strategy.name) {
    case 'default':
      return { when }
    case 'userWithId': {
      const ids = String(parameters['userIds'] ?? '')
      return { when: ids === '' ? NEVER : and(when, oneOf(TARGETING_KEY, ids.split(/\s*,\s*/))) }
    }
    case 'gradualRolloutUserId':
      return rolloutGate(when, parameters['percentage'], 'userId', group)
    case 'gradualRolloutSessionId':
      return rolloutGate(when, parameters['percentage'], 'sessionId', group)
    case 'flexibleRollout':
      return rolloutGate(when, parameters['rollout'], String(parameters['stickiness'] || 'default'), group)
    default:
      throw new Inexpressible(`It has the strategy "${strategy.name}".`)
  }
}

/** Whether nobody passes. */
export const isClosed = ({ when }: Gate): boolean => when.length === 0

/** The rules that let people in. */
export function gateRules({ when, rollout }: Gate): readonly FlagRule[] {
  if (rollout === undefined) return variantRules(when, 'on')
  const by = (attribute: string): Parts => ({
    parts: partsOf([{ variant: 'on', end: rollout.percentage * 1_000 }]),
    bucketing: {
      hash: 'unleash',
      salt: rollout.group,
      ...(attribute === TARGETING_KEY ? {} : { by: attribute }),
    },
  })
  const rules = (attribute: string, who: Formula) =>
    splitRules(and(when, who, identified(attribute)), by(attribute))
  if (rollout.stickiness !== 'default') {
    return rules(attributeOf(rollout.stickiness), [[]])
  }
  return [...rules('sessionId', not(identified(TARGETING_KEY))), ...rules(TARGETING_KEY, [[]])]
}
