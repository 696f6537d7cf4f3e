import { rolesOf, textOf, type ContextValue, type EvaluationContext } from './context.ts'
import type { Evaluated } from './evaluation.ts'
import type { LiveFlag, Target, TARGET_TYPES } from './flag.ts'
import type { OutcomeOf } from './outcomes.ts'

type Given = ReadonlyMap<string, Evaluated>

/** What users, roles and organizations get, by their ids; `undefined` where none is named. */
export type CompiledTargets = Readonly<Record<(typeof TARGET_TYPES)[number], Given | undefined>>

/**
 * Prepares the targets of a flag that are allowed, or those that are denied.
 * @returns `undefined` when there are none
 */
export function compileTargets(
  { targets, on, off }: LiveFlag,
  effect: Target['effect'],
  outcomeOf: OutcomeOf,
): CompiledTargets | undefined {
  const chosen = targets.filter((target) => target.effect === effect)
  if (chosen.length === 0) return undefined
  const of = (type: Target['type']): Given | undefined => {
    const given = chosen
      .filter((target) => target.type === type)
      .map(({ value, variant = on }) => {
        return [value, outcomeOf(effect === 'allow' ? variant : off, 'TARGETING_MATCH')] as const
      })
    return given.length === 0 ? undefined : new Map(given)
  }
  return { user: of('user'), role: of('role'), organization: of('organization') }
}

function givenTo(given: Given, value: ContextValue): Evaluated | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : given.get(text)
}

function givenToRoles(given: Given, context: EvaluationContext): Evaluated | undefined {
  for (const role of rolesOf(context)) {
    const found = givenTo(given, role)
    if (found !== undefined) return found
  }
  return undefined
}

/** What targets give whoever this is, if anything. The most particular comes first: the user, a role, the organization. */
export const byTargets = (
  { user, role, organization }: CompiledTargets,
  context: EvaluationContext,
): Evaluated | undefined =>
  (user && givenTo(user, context.targetingKey)) ??
  (role && givenToRoles(role, context)) ??
  (organization && givenTo(organization, context['organization']))
