import type { Evaluated, NotEvaluated } from './evaluation.ts'
import type { LiveFlag } from './flag.ts'
import { outcomesOf, unable, type OutcomeOf } from './outcomes.ts'
import { compileRules, type CompiledRule } from './rules.ts'
import { compileSplit, givenToAll, type CompiledSplit } from './split.ts'
import { compileTargets, type CompiledTargets } from './targets.ts'

/** When a flag may be on, milliseconds since the epoch: from the first on, before the second. */
export interface CompiledSchedule {
  readonly from: number
  readonly until: number
}

export interface CompiledPrerequisites {
  readonly needed: LiveFlag['prerequisites']
  /** What the flag is when they lead back to it. */
  readonly circular: NotEvaluated
}

/** A flag, ready to be evaluated: whatever can be known before anybody asks is known. */
export interface CompiledFlag {
  readonly key: string
  readonly isPublic: boolean
  /** What it is for everybody at any time; nothing below matters then. */
  readonly fixed: Evaluated | undefined
  readonly schedule: CompiledSchedule | undefined
  readonly prerequisites: CompiledPrerequisites | undefined
  readonly denied: CompiledTargets | undefined
  readonly allowed: CompiledTargets | undefined
  readonly rules: readonly CompiledRule[] | undefined
  readonly split: CompiledSplit | undefined
  readonly disabled: Evaluated
  /** What it is for whom nothing above fits. */
  readonly otherwise: Evaluated
}

/** What a flag is by its switch and its status alone. */
function switchedTo(flag: LiveFlag, isSwitched: boolean, outcomeOf: OutcomeOf): Evaluated | undefined {
  const disabled = outcomeOf(flag.off, 'DISABLED')
  if (flag.category === 'killswitch') return isSwitched ? outcomeOf(flag.on, 'STATIC') : disabled
  return isSwitched || flag.status === 'disabled' ? disabled : undefined
}

const momentOf = (iso: string | undefined, otherwise: number): number =>
  iso === undefined ? otherwise : Date.parse(iso)

const compileSchedule = ({ schedule }: LiveFlag): CompiledSchedule | undefined =>
  schedule && { from: momentOf(schedule.from, -Infinity), until: momentOf(schedule.until, Infinity) }

const CIRCULAR = 'The prerequisites of this flag lead in a circle, or too far.'

const compilePrerequisites = ({ key, prerequisites }: LiveFlag): CompiledPrerequisites | undefined =>
  prerequisites.length === 0
    ? undefined
    : { needed: prerequisites, circular: unable(key, 'GENERAL', CIRCULAR) }

/** What those get who are no target and whom no rule fits. */
function restOf(flag: LiveFlag, outcomeOf: OutcomeOf): Pick<CompiledFlag, 'split' | 'otherwise'> {
  const { key, status, split, bucketing, on, off } = flag
  if (status === 'enabled') return { split: undefined, otherwise: outcomeOf(on, 'STATIC') }
  if (status !== 'percentage') return { split: undefined, otherwise: outcomeOf(off, 'DEFAULT') }
  const all = givenToAll(split)
  const others = outcomeOf(off, 'SPLIT')
  if (all === undefined) {
    return { split: compileSplit(key, split, bucketing, outcomeOf), otherwise: others }
  }
  return { split: undefined, otherwise: all === 'nobody' ? others : outcomeOf(all.variant, 'SPLIT') }
}

/** What a flag is that asks neither who nor when. */
function alwaysOf(flag: Omit<CompiledFlag, 'fixed'>): Evaluated | undefined {
  const { schedule, prerequisites, denied, allowed, rules, split, otherwise } = flag
  return (schedule ?? prerequisites ?? denied ?? allowed ?? rules ?? split) ? undefined : otherwise
}

/**
 * Makes a flag ready to be evaluated.
 * @param isSwitched whether its switch is thrown: a killswitch is engaged then, any other flag is off
 */
export function compileFlag(flag: LiveFlag, isSwitched: boolean): CompiledFlag {
  const outcomeOf = outcomesOf(flag)
  const compiled = {
    key: flag.key,
    isPublic: flag.public,
    schedule: compileSchedule(flag),
    prerequisites: compilePrerequisites(flag),
    denied: compileTargets(flag, 'deny', outcomeOf),
    allowed: compileTargets(flag, 'allow', outcomeOf),
    rules: compileRules(flag, outcomeOf),
    ...restOf(flag, outcomeOf),
    disabled: outcomeOf(flag.off, 'DISABLED'),
  }
  return { ...compiled, fixed: switchedTo(flag, isSwitched, outcomeOf) ?? alwaysOf(compiled) }
}
