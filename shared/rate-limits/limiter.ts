import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Key } from '../kernel/table/types.ts'
import { refundUpdate, type Admission } from './admission.ts'
import type { Block } from './block.ts'
import { callerCache, type Caller } from './callers.ts'
import { overrideOn, shapesOf } from './counter.ts'
import { StoreUnavailable, type CounterStore } from './counter-store.ts'
import { decisionOf, type Decision, type LimitRequest, type Verdict } from './decision.ts'
import type { LimitSet, LimitSetReader } from './limit-set.ts'
import type { RateLimitRule } from './rule.ts'
import { take } from './take.ts'
import { exempt } from './verdicts.ts'
import { withoutStore } from './without-store.ts'

/** How rules are called in runbooks: by their name, or by `<name>_rule_id`. */
const ID_SUFFIX = /_rule_id$/

/** Where the counter of a caller stands. */
export const counterKey = (rule: Pick<RateLimitRule, 'name' | 'scope'>, identifier: string): Key => ({
  pk: `${ENTITIES['rate-limit']}${rule.name}#${rule.scope}#${identifier}`,
  sk: 'C',
})

/**
 * Finds a rule by its name or its id.
 * @throws `unknown_rule`
 */
export function ruleNamed(rules: LimitSet['rules'], name: string): RateLimitRule {
  const rule = rules.get(name) ?? rules.get(name.replace(ID_SUFFIX, ''))
  if (rule === undefined) {
    throw new Problem('unknown_rule', { detail: `There is no rule "${name}".` })
  }
  return rule
}

/** Told of each decision once it has been made. */
export type OnDecision = (decision: Decision, now: number) => Promise<void>

export interface LimiterOptions {
  readonly sets: LimitSetReader
  readonly store: CounterStore
  readonly effects: Effects
  /** How long to wait for the rules, when they are to be read again. */
  readonly patienceMs: number
  readonly onDecision?: OnDecision
}

/** Decides about requests; one a container, since it remembers. */
export interface Limiter {
  /**
   * Takes the request's cost, or refuses.
   * @throws `unknown_rule`
   */
  readonly decide: (request: LimitRequest) => Promise<Decision>
  /**
   * Takes the cost of every request, or of none: when one is refused, the others are given back.
   * @returns a decision a request, in their order
   * @throws `unknown_rule`
   */
  readonly decideAll: (requests: readonly LimitRequest[]) => Promise<readonly Decision[]>
  /**
   * Gives back what a decision took. Sent once, because giving back twice would admit too much.
   * @returns whether the store has taken it back
   */
  readonly refund: (decision: Pick<Decision, 'rule' | 'admission'>) => Promise<boolean>
}

const blockedBy = (block: Block, now: number): Verdict => ({
  allowed: false,
  reason: 'blocked',
  standings: [],
  ...(block.expiresAt === undefined ? {} : { retryAfterMs: block.expiresAt - now }),
  degraded: false,
})

/** Makes the limiter of a container. */
export function makeLimiter({ sets, store, effects, patienceMs, onDecision }: LimiterOptions): Limiter {
  const callerOf = callerCache()
  const cached = (key: Key): Caller => callerOf(key.pk)

  const verdictOn = (request: LimitRequest, rule: RateLimitRule, set: LimitSet, confirmed: boolean) => {
    const now = effects.now()
    const identities = { ...request.identities, [rule.scope]: request.identifier }
    const block = set.findBlock(identities, identities.ip, now)
    if (block !== undefined) return blockedBy(block, now)
    if (request.roles?.some((role) => rule.exemptRoles.includes(role)) === true) return exempt()
    const key = counterKey(rule, request.identifier)
    const question = { rule, key, cost: request.cost ?? 1 }
    // A store that did not answer for the rules will not answer for a counter.
    return confirmed ? take(question, cached(key), store, effects) : withoutStore(question, cached(key), now)
  }

  const decideWith = async (request: LimitRequest, set: LimitSet, confirmed: boolean) => {
    const rule = ruleNamed(set.rules, request.rule)
    const decision = decisionOf(rule, request.identifier, await verdictOn(request, rule, set, confirmed))
    await onDecision?.(decision, effects.now())
    return decision
  }

  const refund: Limiter['refund'] = async ({ rule, admission }) => {
    if (admission === undefined) return false
    const caller = cached(admission.key)
    return giveBack(rule, admission, caller, store, effects.now())
  }

  return {
    decide: async (request) => {
      const { set, confirmed } = await sets.current(patienceMs)
      return decideWith(request, set, confirmed)
    },

    decideAll: async (requests) => {
      const { set, confirmed } = await sets.current(patienceMs)
      for (const { rule } of requests) ruleNamed(set.rules, rule)
      const decisions = await Promise.all(requests.map((request) => decideWith(request, set, confirmed)))
      if (decisions.some(({ allowed }) => !allowed)) await Promise.all(decisions.map(refund))
      return decisions
    },

    refund,
  }
}

async function giveBack(
  rule: RateLimitRule,
  admission: Admission,
  caller: Caller,
  store: CounterStore,
  now: number,
): Promise<boolean> {
  const update = refundUpdate(admission, shapesOf(rule, overrideOn(caller.image, now)), now)
  if (update === undefined) return false
  try {
    const { applied, item } = await store.updateOnce(update)
    if (applied) caller.image = item
    return applied
  } catch (error) {
    if (error instanceof StoreUnavailable) return false
    throw error
  }
}
