import { Problem } from './errors.ts'
import { ROLES, type Role, type Route, type Scope } from './route.ts'

/** Who is calling. */
export interface Principal {
  readonly kind: 'user' | 'machine' | 'anonymous' | 'system'
  /** The `sub` of a user, the client id of a machine. */
  readonly id: string
  /** What audit events show: the user name, or the client id. */
  readonly name: string
  readonly roles: readonly Role[]
  /** All groups, the platform's own included. */
  readonly groups: readonly string[]
  readonly scopes: readonly string[]
}

export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  roles: [],
  groups: [],
  scopes: [],
}

/** Midwatch itself, when no person asked for a change. */
export const systemPrincipal = (name: string): Principal => ({ ...ANONYMOUS, kind: 'system', id: name, name })

/**
 * Claims as API Gateway's JWT authorizer hands them over: every value is a string, a list reads `[a b]`. A group's name
 * may hold commas and brackets but no space (Cognito's pattern for names), so that nobody becomes an admin by a comma.
 */
export type Claims = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((entry) => typeof entry === 'string')
  const written = text(value)
  if (written === undefined) return []
  return written
    .replace(/^\[|\]$/g, '')
    .split(' ')
    .filter((entry) => entry !== '')
}

const isRole = (group: string): group is Role => ROLES.some((role) => role === group)

/**
 * Reads the caller out of verified claims of a Cognito token.
 * A token without a user name was issued to a machine client.
 */
export function principalOf(claims: Claims): Principal {
  const groups = listOf(claims['cognito:groups'])
  const clientId = text(claims['client_id']) ?? text(claims['aud']) ?? 'unknown'
  const userName = text(claims['username']) ?? text(claims['cognito:username'])
  const scopes = listOf(claims['scope'])
  if (userName === undefined) {
    return { kind: 'machine', id: clientId, name: clientId, roles: [], groups: [], scopes }
  }
  return {
    kind: 'user',
    id: text(claims['sub']) ?? userName,
    name: userName,
    roles: groups.filter(isRole),
    groups,
    scopes,
  }
}

/** Whether one of these roles, or for a machine one of these scopes, is the caller's. Deny by default. */
export function mayCall(
  {
    roles,
    scopes = [],
  }: { readonly roles: readonly Role[] | 'signed-in'; readonly scopes?: readonly Scope[] },
  principal: Principal,
): boolean {
  if (principal.kind === 'machine') return scopes.some((scope) => principal.scopes.includes(scope))
  if (principal.kind !== 'user') return false
  return roles === 'signed-in' || roles.some((role) => principal.roles.includes(role))
}

/**
 * Refuses a caller that may not use this route. Deny by default: only a declared role or scope admits.
 * @throws `unauthorized` without a token, `forbidden` with one that does not suffice
 */
export function authorize(
  { roles, scopes = [] }: Pick<Route, 'roles' | 'scopes'>,
  principal: Principal,
): void {
  if (roles === 'public' || mayCall({ roles, scopes }, principal)) return
  if (principal.kind === 'anonymous') {
    throw new Problem('unauthorized', { headers: { 'www-authenticate': 'Bearer' } })
  }
  const forMachines = scopes.length === 0 ? '' : `, or for machines the scope ${scopes.join(' or ')}`
  const forPeople = roles === 'signed-in' ? 'a signed-in user' : `one of the roles ${roles.join(', ')}`
  throw new Problem('forbidden', { detail: `This needs ${forPeople}${forMachines}.` })
}
