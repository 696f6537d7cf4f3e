import type { Principal } from './auth.ts'
import { canonicalJson, sha256 } from './canonical.ts'
import { ENTITIES } from './grants.ts'
import type { Write } from './table/types.ts'

/**
 * The end of an entity's chain of audit events. The entity's own item carries it, so that the item's version guards
 * the chain: no extra read, and writers of different entities never contend.
 */
export interface ChainEnd {
  readonly seq: number
  readonly hash: string
}

/** What belongs to a change beside what has changed, e.g. who approved it. */
type Notes = Readonly<Record<string, unknown>>

/** Who changed what, from what to what, when and why. */
export interface AuditEvent {
  /** `alert:01J…`: the kind of the entity and its id. */
  readonly entity: string
  /** 1 for the entity's first event. */
  readonly seq: number
  /** ISO 8601. */
  readonly at: string
  readonly actor: { readonly kind: Principal['kind']; readonly id: string; readonly name: string }
  /** `alert.acknowledged`: what happened, in the past tense. */
  readonly action: string
  readonly before?: unknown
  readonly after?: unknown
  readonly reason?: string
  readonly requestId?: string
  readonly notes?: Notes
  /** The hash of the event before this one; empty for the first. */
  readonly prevHash: string
  /** SHA-256 of `prevHash` and the canonical JSON of everything above. */
  readonly hash: string
}

/** Who changes something, when, why, in which request, and what else belongs to that. */
export interface Attribution {
  readonly actor: Pick<Principal, 'kind' | 'id' | 'name'>
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly reason?: string | undefined
  readonly requestId?: string | undefined
  readonly notes?: Notes | undefined
}

/** What happened, before it has its place in the chain. */
export interface AuditEntry extends Attribution {
  readonly entity: string
  readonly action: string
  readonly before?: unknown
  readonly after?: unknown
}

/** The hash that an event must carry. */
export function auditHash(event: Omit<AuditEvent, 'hash'>): string {
  const { prevHash, ...content } = event
  return sha256(`${prevHash}\n${canonicalJson(content)}`)
}

/** The next event of a chain. Pure. */
export function nextAuditEvent(end: ChainEnd | undefined, entry: AuditEntry): AuditEvent {
  const { kind, id, name } = entry.actor
  const content = {
    entity: entry.entity,
    seq: (end?.seq ?? 0) + 1,
    at: new Date(entry.now).toISOString(),
    actor: { kind, id, name },
    action: entry.action,
    ...(entry.before === undefined ? {} : { before: entry.before }),
    ...(entry.after === undefined ? {} : { after: entry.after }),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    ...(entry.requestId === undefined ? {} : { requestId: entry.requestId }),
    ...(entry.notes === undefined ? {} : { notes: entry.notes }),
    prevHash: end?.hash ?? '',
  }
  return { ...content, hash: auditHash(content) }
}

/** The sort key of an event in its entity's chain. */
export const auditSortKey = (seq: number): string => String(seq).padStart(10, '0')
/** The partition of an entity's chain. */
export const auditPartition = (entity: string): string => `${ENTITIES.audit}${entity}`
/** The index partition of all events of a day, `2026-02-15`. */
export const auditDayPartition = (day: string): string => `${ENTITIES.audit}DAY#${day}`
/** The index partition of all events of an actor. */
export const auditActorPartition = (actorName: string): string => `${ENTITIES.audit}ACTOR#${actorName}`

/**
 * Appends to an entity's chain, as part of the transaction that changes the entity.
 * @param end the chain's end as the entity's item carries it; `undefined` for a new entity
 * @returns the write, and the new end for the entity's item
 */
export function appendAudit(end: ChainEnd | undefined, entry: AuditEntry): { write: Write; end: ChainEnd } {
  const event = nextAuditEvent(end, entry)
  const sortKey = `${event.at}#${event.entity}#${auditSortKey(event.seq)}`
  const write: Write = {
    kind: 'put',
    item: {
      pk: auditPartition(event.entity),
      sk: auditSortKey(event.seq),
      gsi1pk: auditDayPartition(event.at.slice(0, 10)),
      gsi1sk: sortKey,
      gsi2pk: auditActorPartition(event.actor.name),
      gsi2sk: sortKey,
      ...event,
    },
    expect: { absent: true },
  }
  return { write, end: { seq: event.seq, hash: event.hash } }
}
