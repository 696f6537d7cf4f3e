import type { Principal } from '../auth.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Effects } from '../effects.ts'
import { Problem } from '../errors.ts'
import { ENTITIES } from '../grants.ts'
import type { Table } from '../table/table.ts'
import type { Item, Key, Write } from '../table/types.ts'
import { unchangedSince } from '../table/unchanged.ts'
import type { Reply } from './reply.ts'

/** How long an answer is replayed. */
const KEEP_MS = 24 * 3600_000
/** A claim whose function died is free again after this; longer than any function may run. */
const CLAIM_MS = 60_000

interface StoredClaim {
  readonly version: number
  /** What was asked: the same key with another request is an error. */
  readonly fingerprint: string
  readonly claimedUntil: number
  /** When the key may be used anew, milliseconds since the epoch. */
  readonly keptUntil: number
  readonly reply?: Reply<unknown>
}

/** A claimed key: this request is the one that performs the effect. */
export interface Claim {
  /** The write that turns the claim into the remembered answer. */
  readonly receipt: (reply: Reply<unknown>) => Write
  /** Remembers the answer by itself, for operations that have no transaction to put the receipt into. */
  readonly complete: (reply: Reply<unknown>) => Promise<void>
  /** Frees the key after a failure that wrote nothing. */
  readonly release: () => Promise<void>
}

export type ClaimResult = { readonly claim: Claim } | { readonly replay: Reply<unknown> }

function decide(
  stored: StoredClaim | undefined,
  fingerprint: string,
  nowMs: number,
): Reply<unknown> | undefined {
  if (stored === undefined) return undefined
  if (stored.fingerprint !== fingerprint) throw new Problem('key_reused')
  if (stored.reply !== undefined) return stored.reply
  if (stored.claimedUntil <= nowMs) return undefined
  const seconds = Math.ceil((stored.claimedUntil - nowMs) / 1000)
  throw new Problem('request_in_flight', { headers: { 'retry-after': String(seconds) } })
}

/**
 * Takes an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-06), scoped by caller and route.
 * @param request what identifies the request: its route, and whatever of it decides about its effect
 * @returns the claim, or the answer of the first request
 * @throws `request_in_flight` while the first request runs, `key_reused` when the request is another one
 */
export async function claimKey(
  table: Table,
  effects: Effects,
  principal: Principal,
  idempotencyKey: string,
  request: { readonly route: string; readonly input: unknown },
): Promise<ClaimResult> {
  const key: Key = {
    pk: `${ENTITIES.idempotency}${principal.id}`,
    sk: sha256(`${request.route}\n${idempotencyKey}`),
  }
  const fingerprint = sha256(canonicalJson(request.input))
  const now = effects.now()
  const found = await table.get<StoredClaim>(key)
  const stored = found !== undefined && found.keptUntil > now ? found : undefined
  const replay = decide(stored, fingerprint, now)
  if (replay !== undefined) return { replay }

  const version = (found?.version ?? 0) + 1
  const item: Item = {
    ...key,
    version,
    fingerprint,
    claimedUntil: now + CLAIM_MS,
    keptUntil: now + KEEP_MS,
    expiresAt: Math.ceil((now + KEEP_MS) / 1000),
  }
  const expect = unchangedSince(found?.version)
  const result = await table.commit([{ kind: 'put', item, expect }], effects.id())
  if (!result.committed) throw new Problem('request_in_flight', { headers: { 'retry-after': '1' } })
  return { claim: makeClaim(table, effects, item, version) }
}

function makeClaim(table: Table, effects: Effects, item: Item, version: number): Claim {
  const receipt = (reply: Reply<unknown>): Write => ({
    kind: 'put',
    item: { ...item, version: version + 1, reply },
    expect: { version },
  })
  return {
    receipt,
    complete: async (reply) => void (await table.commit([receipt(reply)], effects.id())),
    release: async () => {
      await table.commit(
        [{ kind: 'delete', key: { pk: item.pk, sk: item.sk }, expect: { version } }],
        effects.id(),
      )
    },
  }
}
