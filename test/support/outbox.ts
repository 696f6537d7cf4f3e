import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { fingerprintOf, type Alert, type Condition } from '../../shared/alerts/alert.ts'
import { raiseAlert, resolveAlert, type AlertDecision } from '../../shared/alerts/decide.ts'
import { alertStore, type StoredAlert } from '../../shared/alerts/store.ts'
import { verifyAudit, type AuditFault } from '../../shared/audit/verify.ts'
import { SEVERITIES } from '../../shared/health/check.ts'
import type { AuditEvent } from '../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../shared/kernel/auth.ts'
import type { Effects } from '../../shared/kernel/effects.ts'
import { ENTITIES } from '../../shared/kernel/grants.ts'
import type { OutboxRow } from '../../shared/kernel/outbox.ts'
import { contentOf } from '../../shared/kernel/table/reads.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { field } from './test-stack.ts'

const conditionOf = (subject: string): Condition => ({
  labels: { subject },
  kind: 'check_unhealthy',
  severity: SEVERITIES[subject.length % SEVERITIES.length] ?? 'info',
  component: 'database',
  check: 'database',
  summary: `Subject ${subject} is unhealthy`,
  message: 'The connection was refused',
})

/** Raises and resolves alerts as the prober does: through the real decisions and the real store. */
export interface AlertWriter {
  /** @throws when it is not known whether the transaction was committed */
  readonly raise: (subject: string) => Promise<Alert>
  readonly resolve: (subject: string) => Promise<Alert>
}

export function alertWriter(table: Table, effects: Effects): AlertWriter {
  const store = alertStore(table, effects, 'Second Watch Network')
  const latest = (subject: string) => store.latest(fingerprintOf({ subject }))

  async function commit(previous: StoredAlert | undefined, decision: AlertDecision | undefined) {
    if (decision === undefined) throw new Error('There is nothing to resolve.')
    const change = { actor: systemPrincipal('drill'), now: effects.now() }
    const { committed } = await store.commit(store.writesOf(previous, decision, change))
    if (!committed) throw new Error('Somebody else has changed the alert.')
    return decision.alert
  }

  return {
    raise: async (subject) => {
      const previous = await latest(subject)
      return commit(previous, raiseAlert(previous, conditionOf(subject), effects.now(), effects.id()))
    },
    resolve: async (subject) => {
      const previous = await latest(subject)
      return commit(previous, previous && resolveAlert(previous, effects.now(), 'drill'))
    },
  }
}

/** Every item whose partition key begins with this. */
async function scanned<T>(client: DynamoDBDocumentClient, tableName: string, prefix: string): Promise<T[]> {
  const items: T[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: { ':prefix': prefix },
        ExclusiveStartKey,
      }),
    )
    items.push(...(page.Items ?? []).map((item) => contentOf<T>(item)))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return items
}

/** A row of the outbox, with the mark of its delivery. */
export type MarkedRow = OutboxRow & { readonly deliveredAt?: number }

/** Where the table is. */
export interface TableAccess {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
}

export const outboxRows = ({ client, tableName }: TableAccess): Promise<MarkedRow[]> =>
  scanned<MarkedRow>(client, tableName, ENTITIES.outbox)

/** What does not fit in the audit chains of the whole table. */
export async function auditFaults({ client, tableName }: TableAccess): Promise<readonly AuditFault[]> {
  const items = await scanned<AuditEvent | object>(client, tableName, ENTITIES.audit)
  // The place that the published heads have reached is kept there too.
  const events = items.filter((item): item is AuditEvent => 'seq' in item)
  if (events.length === 0) throw new Error('There are no audit events to verify.')
  return verifyAudit(events, [])
}

/** The bodies that arrived, by their id. */
export function bodiesById(messages: readonly { readonly body: unknown }[]): ReadonlyMap<string, unknown[]> {
  const bodies = new Map<string, unknown[]>()
  for (const { body } of messages) {
    const id = String(field(body, 'id'))
    bodies.set(id, [...(bodies.get(id) ?? []), body])
  }
  return bodies
}
