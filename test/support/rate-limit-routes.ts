import { auditPartition, type AuditEvent } from '../../shared/kernel/audit.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { auditContract } from '../../shared/audit/contract.ts'
import { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { send } from './handlers.ts'
import { bodyOf, claimsOf } from './http-event.ts'

type RouteName = keyof typeof rateLimitsContract

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is. */
  readonly body?: object | string
  /** An administrator's when absent. */
  readonly claims?: Readonly<Record<string, string>>
  readonly sourceIp?: string
}

/** Calls a route of rules, overrides or blocks. */
export const call = (name: RouteName, { body, ...parts }: Parts = {}): Promise<HttpResult> =>
  send(rateLimitsContract[name], {
    claims: claimsOf('admin'),
    ...parts,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

/** What the audit route answers. */
const eventsOf = (body: Readonly<Record<string, unknown>>) => body['events'] as readonly AuditEvent[]

/** The audit events of an entity, oldest first. */
export async function auditOf(entity: string): Promise<readonly AuditEvent[]> {
  const result = await send(auditContract.listAudit, { query: { entity }, claims: claimsOf('admin') })
  return eventsOf(bodyOf(result)).toReversed()
}

/** The same, of things that will have happened later on. */
export async function chainOf(table: Table, entity: string): Promise<readonly AuditEvent[]> {
  const page = await table.query<AuditEvent>({ partition: auditPartition(entity), limit: 100 })
  return page.items
}

/** What lists of objects hold. */
const listOf = (value: unknown) => value as readonly Readonly<Record<string, unknown>>[]

/** Every page of a list. */
export async function everyPage(
  name: RouteName,
  field: string,
  query: Readonly<Record<string, string>>,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const entries: Readonly<Record<string, unknown>>[] = []
  let cursor: unknown
  do {
    const paged = { ...query, ...(typeof cursor === 'string' ? { cursor } : {}) }
    const page = bodyOf(await call(name, { query: paged }))
    entries.push(...listOf(page[field]))
    cursor = page['next_cursor']
  } while (cursor !== undefined)
  return entries
}
