import type { CompiledFlag, CompiledPrerequisites, CompiledSchedule } from './compile.ts'
import type { EvaluationContext } from './context.ts'
import type { Evaluation } from './evaluation.ts'
import { byRules } from './rules.ts'
import { bySplit } from './split.ts'
import { byTargets } from './targets.ts'

/** Flags by key, ready to be evaluated. */
export type FlagSet = ReadonlyMap<string, CompiledFlag>

/** A chain of prerequisites is no longer than this; writes refuse circles, but definitions and stored flags meet here. */
const MAX_DEPTH = 10

const NOT_EVALUATED = 'A prerequisite of this flag cannot be evaluated for this context.'

function isOutside({ from, until }: CompiledSchedule, nowMs: number): boolean {
  return nowMs < from || nowMs >= until
}

/** The first prerequisite that is not met decides: off, or why nobody can tell. */
function byPrerequisites(
  flags: FlagSet,
  flag: CompiledFlag,
  { needed, circular }: CompiledPrerequisites,
  context: EvaluationContext,
  now: () => number,
  depth: number,
): Evaluation | undefined {
  if (depth >= MAX_DEPTH) return circular
  for (const { flag: key, variant } of needed) {
    const other = flags.get(key)
    if (other === undefined) return flag.disabled
    const given = evaluateFlag(flags, other, context, now, depth + 1)
    // Not the other flag's own words: who may see this one may not know of that one.
    if (given.reason === 'ERROR') return { ...given, key: flag.key, message: NOT_EVALUATED }
    if (given.variant !== variant) return flag.disabled
  }
  return undefined
}

/**
 * Evaluates a flag: switch, status, schedule, prerequisites, denied and allowed targets, rules, shares, in this order.
 * @param now the wall clock, milliseconds since the epoch; read only for flags with a schedule
 * @param depth how many flags have this one as a prerequisite, one by way of the other
 */
export function evaluateFlag(
  flags: FlagSet,
  flag: CompiledFlag,
  context: EvaluationContext,
  now: () => number,
  depth = 0,
): Evaluation {
  if (flag.fixed !== undefined) return flag.fixed
  const { schedule, prerequisites, denied, allowed, rules, split } = flag
  if (schedule !== undefined && isOutside(schedule, now())) return flag.disabled
  return (
    (prerequisites && byPrerequisites(flags, flag, prerequisites, context, now, depth)) ??
    (denied && byTargets(denied, context)) ??
    (allowed && byTargets(allowed, context)) ??
    (rules && byRules(rules, context)) ??
    (split && bySplit(split, context)) ??
    flag.otherwise
  )
}

/** Evaluates the flag of this key, if there is one. */
export function evaluate(
  flags: FlagSet,
  key: string,
  context: EvaluationContext,
  now: () => number,
): Evaluation {
  const flag = flags.get(key)
  if (flag === undefined) {
    return { key, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', message: `There is no flag "${key}".` }
  }
  return evaluateFlag(flags, flag, context, now)
}
