/** A value of a context, as OpenFeature has them. */
export type ContextValue =
  | string
  | number
  | boolean
  | null
  | Date
  | readonly ContextValue[]
  | { readonly [name: string]: ContextValue }
  | undefined

/**
 * Whom a flag is evaluated for. `targetingKey` is the user; `roles` (or `role`) and `organization` are what targets name;
 * rules may ask for any field.
 */
export interface EvaluationContext {
  readonly targetingKey?: string | undefined
  readonly [attribute: string]: ContextValue
}

/** The text that an attribute is bucketed or targeted by; `undefined` when there is none. */
export function textOf(value: ContextValue): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' ? String(value) : undefined
}

/** The roles that a context names, with whatever else it has in their place. */
export const rolesOf = ({ roles, role }: EvaluationContext): readonly ContextValue[] =>
  Array.isArray(roles) ? roles : [roles, role]
