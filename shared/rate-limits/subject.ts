import type * as z from 'zod'
import { Problem } from '../kernel/errors.ts'
import { reasonOf } from '../kernel/reasons.ts'
import { addressIdentity } from './address.ts'
import type { Identities, LimitRequest } from './decision.ts'
import type { LimitSetNow } from './limit-set.ts'
import { Cost, Identifier, type RateLimitRule } from './rule.ts'
import { found } from './rule-id.ts'

type KnownRules = Pick<LimitSetNow, 'set' | 'confirmed'>

/**
 * Finds a rule by its name or its id.
 * @throws `unknown_rule`; `unavailable` when the store, where there may be more rules, has not been read lately
 */
export function ruleNamed({ set, confirmed }: KnownRules, name: string): RateLimitRule {
  const rule = found(set.rules, name)
  if (rule !== undefined) return rule
  if (!confirmed) throw new Problem('unavailable', { detail: `The rule "${name}" cannot be looked up now.` })
  throw new Problem('unknown_rule', { detail: `There is no rule "${name}".` })
}

/** A request with its rule and everything that its caller is known by. */
export interface Subject {
  readonly rule: RateLimitRule
  /** Whom the rule counts. */
  readonly identifier: string
  /** With an address as it is counted. */
  readonly identities: Identities
  /** The address as it came in, to be looked for in ranges. */
  readonly address: string | undefined
  readonly roles: readonly string[]
  readonly cost: number
  readonly isBlockable: boolean
}

const wrong = (path: string, reason: string): Problem =>
  new Problem('invalid_input', { fields: [{ path, reason }] })

/** Callers whose address cannot be read must not share a limit. */
function countedAddress(address: string, path: string): string {
  const counted = addressIdentity(address)
  if (counted === undefined) throw wrong(path, 'must be an IPv4 or IPv6 address')
  return counted
}

/** Middleware asks with whatever its users' code makes of a request. */
function requireValid(schema: z.ZodType, value: unknown, path: string): void {
  const { error } = schema.safeParse(value, { error: reasonOf })
  if (error !== undefined) throw wrong(path, error.issues[0]?.message ?? 'is wrong')
}

/**
 * Finds out whom a request counts for.
 * @param place begins the paths of wrong fields, e.g. `body.checks.0.`
 * @throws as `ruleNamed` does; `invalid_input` when nothing says whom the rule should count, or an address is none
 */
export function subjectOf(known: KnownRules, request: LimitRequest, place = ''): Subject {
  const rule = ruleNamed(known, request.rule)
  const { identifier, identities = {}, roles = [], cost = 1, isBlockable = true } = request
  const named = identifier ?? identities[rule.scope]
  const address = rule.scope === 'ip' ? (named ?? identities.ip) : identities.ip
  const all =
    address === undefined ? identities : { ...identities, ip: countedAddress(address, pathOf(place, rule)) }
  const counted = rule.scope === 'ip' ? all.ip : (named ?? all.ip)
  if (counted === undefined || counted === '') {
    throw wrong(`${place}identifier`, `must name the ${rule.scope} that the rule counts`)
  }
  requireValid(Identifier, counted, `${place}identifier`)
  requireValid(Cost, cost, `${place}cost`)
  return {
    rule,
    identifier: counted,
    identities: { ...all, [rule.scope]: counted },
    address,
    roles,
    cost,
    isBlockable,
  }
}

const pathOf = (place: string, { scope }: RateLimitRule): string =>
  scope === 'ip' ? `${place}identifier` : `${place}identities.ip`
