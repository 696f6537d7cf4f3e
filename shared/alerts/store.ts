import { appendAudit, type Attribution, type AuditEntry, type ChainEnd } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { outboxWrite } from '../kernel/outbox.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import { shortFingerprint, type Alert } from './alert.ts'
import type { AlertStatus } from './contract.ts'
import type { AlertDecision } from './decide.ts'
import { alertMessages } from './message.ts'
import { alertView } from './view.ts'

const ALL = `${ENTITIES.alert}ALL`
const OPEN = `${ENTITIES.alert}OPEN`

/** More of one kind are not open at once: a rule, or a prober, has one. */
const MAX_OPEN = 1_000

const partitionOf = (fingerprint: string): string => `${ENTITIES.alert}${shortFingerprint(fingerprint)}`

/** An alert as it is stored: with the end of its audit chain. */
export type StoredAlert = Alert & { readonly audit: ChainEnd }

const keyOf = (alertId: string): Key => {
  const [ulid = '', fingerprint = ''] = alertId.split('-')
  return { pk: partitionOf(fingerprint), sk: ulid }
}

/** What a list of alerts is filtered by. */
export interface AlertFilter {
  readonly severity?: Alert['severity'] | undefined
  readonly status?: AlertStatus | 'open' | undefined
  readonly component?: string | undefined
  readonly check?: string | undefined
}

export interface AlertStore {
  /** @returns `undefined` when there is none */
  readonly get: (alertId: string) => Promise<StoredAlert | undefined>
  /** The newest alert with this fingerprint, whatever its status. */
  readonly latest: (fingerprint: string) => Promise<StoredAlert | undefined>
  /** Alerts of this kind that are firing or acknowledged, the oldest first. */
  readonly openOf: (kind: Alert['kind']) => Promise<readonly StoredAlert[]>
  /** One page, newest first. */
  readonly list: (
    filter: AlertFilter,
    limit: number,
    cursors: Cursors,
    cursor?: string,
  ) => Promise<{ alerts: readonly Alert[]; nextCursor?: string }>
  /** The writes of a decision: the alert, its audit event and its messages. */
  readonly writesOf: (
    previous: StoredAlert | undefined,
    decision: AlertDecision,
    change: Attribution,
  ) => readonly Write[]
  /** Commits a decision together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

/** The shape of a stored alert's index keys: an open alert is in both lists. */
const indexKeys = (alert: Alert) => {
  const sortKey = `${new Date(alert.startedAt).toISOString()}#${alert.id}`
  const open = alert.status === 'resolved' ? {} : { gsi2pk: OPEN, gsi2sk: sortKey }
  return { gsi1pk: ALL, gsi1sk: sortKey, ...open }
}

const auditEntryOf = (
  previous: Alert | undefined,
  decision: AlertDecision,
  change: Attribution,
): AuditEntry => ({
  ...change,
  entity: `alert:${decision.alert.id}`,
  action: decision.action,
  ...(previous === undefined ? {} : { before: alertView(previous) }),
  after: alertView(decision.alert),
})

/** Attribute values that a list's items must have. */
const whereOf = ({ severity, status, component, check }: AlertFilter) => ({
  ...(severity === undefined ? {} : { severity }),
  ...(status === undefined || status === 'open' ? {} : { status }),
  ...(component === undefined ? {} : { component }),
  ...(check === undefined ? {} : { check }),
})

/**
 * @param platformName goes into messages
 */
export function alertStore(table: Table, effects: Effects, platformName: string): AlertStore {
  return {
    get: (alertId) => table.get<StoredAlert>(keyOf(alertId)),

    latest: async (fingerprint) => {
      const page = await table.query<StoredAlert>({
        partition: partitionOf(fingerprint),
        newestFirst: true,
        limit: 1,
        consistent: true,
      })
      return page.items[0]
    },

    openOf: async (kind) => {
      const page = await table.query<StoredAlert>({
        index: 'gsi2',
        partition: OPEN,
        where: { kind },
        limit: MAX_OPEN,
      })
      return page.items
    },

    list: async (filter, limit, cursors, cursor) => {
      const resolvedOnly = filter.status === undefined || filter.status === 'resolved'
      const scope = `alerts ${JSON.stringify(whereOf(filter))} ${filter.status ?? ''}`
      const page = await table.query<Alert>({
        index: resolvedOnly ? 'gsi1' : 'gsi2',
        partition: resolvedOnly ? ALL : OPEN,
        newestFirst: true,
        limit,
        where: whereOf(filter),
        ...(cursor === undefined ? {} : { startAfter: cursors.open(cursor, scope) }),
      })
      const nextCursor = page.next && cursors.seal(page.next, scope)
      return { alerts: page.items, ...(nextCursor === undefined ? {} : { nextCursor }) }
    },

    writesOf: (previous, decision, change) => {
      const { alert, announcement } = decision
      const audit = appendAudit(
        previous?.id === alert.id ? previous.audit : undefined,
        auditEntryOf(previous, decision, change),
      )
      const expect = unchangedSince(previous?.id === alert.id ? previous.version : undefined)
      const item = { ...keyOf(alert.id), ...indexKeys(alert), ...alert, audit: audit.end }
      const messages = announcement
        ? alertMessages(alert, announcement, effects.id(), change.now, platformName)
        : []
      return [{ kind: 'put', item, expect }, audit.write, ...messages.map(outboxWrite)]
    },

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
