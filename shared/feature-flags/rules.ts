import { testOf, type Test } from './conditions.ts'
import type { EvaluationContext } from './context.ts'
import type { Evaluated, Evaluation } from './evaluation.ts'
import type { FlagRule, LiveFlag } from './flag.ts'
import type { OutcomeOf } from './outcomes.ts'
import { bySplit, compileSplit, givenToAll, type CompiledSplit } from './split.ts'

interface CompiledCondition {
  readonly attribute: string
  readonly fits: Test
}

/** What whoever it fits gets, or shares of them; nothing of both where all shares are empty. */
export interface CompiledRule {
  readonly when: readonly CompiledCondition[]
  readonly outcome: Evaluated | undefined
  readonly split: CompiledSplit | undefined
}

function compileGift(
  flag: LiveFlag,
  { variant, split = [], bucketing = flag.bucketing }: FlagRule,
  outcomeOf: OutcomeOf,
): Omit<CompiledRule, 'when'> {
  if (variant !== undefined) return { outcome: outcomeOf(variant, 'TARGETING_MATCH'), split: undefined }
  const all = givenToAll(split)
  if (all === undefined) {
    return { outcome: undefined, split: compileSplit(flag.key, split, bucketing, outcomeOf) }
  }
  return { outcome: all === 'nobody' ? undefined : outcomeOf(all.variant, 'SPLIT'), split: undefined }
}

function compileRule(flag: LiveFlag, rule: FlagRule, outcomeOf: OutcomeOf): CompiledRule {
  const when = rule.when.map((condition) => ({ attribute: condition.attribute, fits: testOf(condition) }))
  const { outcome, split } = compileGift(flag, rule, outcomeOf)
  return { when, outcome, split }
}

/** Prepares the rules of a flag; `undefined` when it has none. */
export const compileRules = (flag: LiveFlag, outcomeOf: OutcomeOf): readonly CompiledRule[] | undefined =>
  flag.rules.length === 0 ? undefined : flag.rules.map((rule) => compileRule(flag, rule, outcomeOf))

function isFor({ when }: CompiledRule, context: EvaluationContext): boolean {
  for (const { attribute, fits } of when) {
    if (!fits(context[attribute])) return false
  }
  return true
}

/** What the first rule that fits gives; who is in none of its shares goes on to the next one. */
export function byRules(rules: readonly CompiledRule[], context: EvaluationContext): Evaluation | undefined {
  for (const rule of rules) {
    if (!isFor(rule, context)) continue
    const given = rule.outcome ?? (rule.split && bySplit(rule.split, context))
    if (given !== undefined) return given
  }
  return undefined
}
