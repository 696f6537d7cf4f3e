import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import type { Cursors } from '../kernel/cursor.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { sha256 } from '../kernel/canonical.ts'
import type { Table } from '../kernel/table/table.ts'
import { counterKeyOf, counterNameOf } from '../rate-limits/limiter.ts'
import type { Admission } from '../rate-limits/admission.ts'
import type { Decision } from '../rate-limits/decision.ts'

/** What was taken, and the id under which it is given back once. */
interface Refundable {
  readonly id: string
  readonly rule: string
  readonly admission: Admission
}

/** What a refund token holds: the counter by its name alone. */
interface Token extends Omit<Admission, 'key'> {
  readonly id: string
  readonly rule: string
  readonly counter: string
}

/** Tells refund tokens from the paging cursors that are sealed with the same key. */
const SCOPE = 'rate-limit-refund'
/** Longest window there is. After that no token gives anything back any more. */
const KEEP_SECONDS = 32 * 86_400

/** What this file sealed, it can trust. */
const asToken = (sealed: unknown) => sealed as Token

/** The token that gives a decision's cost back; none when nothing was counted. */
export function refundToken(decision: Decision, seals: Cursors, effects: Effects): string | undefined {
  const { rule, admission } = decision
  if (admission === undefined) return undefined
  const { key, cost, buckets } = admission
  const token: Token = { id: effects.id(), rule: rule.name, counter: counterNameOf(key), cost, buckets }
  return seals.seal({ ...token }, SCOPE)
}

/**
 * Reads a token.
 * @throws `invalid_refund` when it is not one of ours
 */
export function openRefund(token: string, seals: Cursors): Refundable {
  try {
    const { id, rule, counter, cost, buckets } = asToken(seals.open(token, SCOPE))
    return { id, rule, admission: { key: counterKeyOf(counter), cost, buckets } }
  } catch {
    throw new Problem('invalid_refund', {
      fields: [{ path: 'body.refund_token', reason: 'was not issued here, or was altered' }],
    })
  }
}

/**
 * Marks a token as used, before it is: giving back twice would admit too much, giving back never only too little.
 * @returns whether this is its first use
 */
export async function useOnce(table: Table, { id }: Refundable, effects: Effects): Promise<boolean> {
  const item = {
    pk: `${ENTITIES['rate-limit']}refund#${sha256(id)}`,
    sk: 'USED',
    expiresAt: Math.ceil(effects.now() / 1000) + KEEP_SECONDS,
  }
  const { committed } = await table.commit([{ kind: 'put', item, expect: { absent: true } }], effects.id())
  return committed
}
