import { changesContract } from '../../shared/changes/contract.ts'
import { configContract } from '../../shared/config/contract.ts'
import { auditPartition, type AuditEvent } from '../../shared/kernel/audit.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import type { Route } from '../../shared/kernel/route.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { maintenanceContract } from '../../shared/maintenance/contract.ts'
import { publicConfigContract } from '../../shared/public-config/contract.ts'
import { send } from './handlers.ts'
import { bodyOf, claimsOf } from './http-event.ts'

const { watch: _watch, ...changeRoutes } = changesContract
const contract = { ...configContract, ...changeRoutes, ...maintenanceContract, ...publicConfigContract }

type RouteName = keyof typeof contract

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

/** Calls a route of the configuration, of changes or of maintenance, through its real pipeline. */
export async function call(name: RouteName, { body, ...parts }: Parts = {}): Promise<HttpResult> {
  const route: Route = contract[name]
  const claims = route.roles === 'public' ? {} : { claims: claimsOf('admin') }
  return send(route, {
    ...claims,
    ...parts,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** The claims of a user of this name with these groups. */
export const userClaims = (name: string, ...groups: readonly string[]): Readonly<Record<string, string>> => ({
  ...claimsOf(...groups),
  sub: `id-of-${name}`,
  username: name,
})

export const get = (key: string): Promise<HttpResult> => call('getConfig', { params: { key } })

export const put = (key: string, body: object, headers = {}): Promise<HttpResult> =>
  call('putConfig', { params: { key }, body, headers })

/** The value that holds. */
export const valueAt = async (key: string): Promise<unknown> => bodyOf(await get(key))['value']

/** A new key that tests can do with as they like: a whole number. */
export async function createKey(key: string, more: object = {}): Promise<HttpResult> {
  const result = await call('createConfig', {
    body: { key, description: 'Made by a test', schema: { type: 'integer' }, default: 0, ...more },
  })
  if (result.statusCode !== 201) throw new Error(`${key} was not created: ${result.body}`)
  return result
}

/** The audit events of a key, oldest first. */
export async function chainOf(table: Table, key: string): Promise<readonly AuditEvent[]> {
  const { items } = await table.query<AuditEvent>({
    partition: auditPartition(`config:${key}`),
    consistent: true,
    limit: 2_000,
  })
  return items
}

/** What lists of objects hold. */
const listOf = (value: unknown) => value as readonly Readonly<Record<string, unknown>>[]

/** What a list answers. */
export const listed = (result: HttpResult, field: string): readonly Readonly<Record<string, unknown>>[] =>
  listOf(bodyOf(result)[field])
