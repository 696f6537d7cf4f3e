import { resourceNotFound } from './errors.ts'
import type { ClientDefinition, Pool } from './pool.ts'

/** What the operations work on. Times are milliseconds since the epoch. */
export interface Service {
  readonly region: string
  readonly poolId: string
  readonly createdAtMs: number
  readonly clients: readonly ClientDefinition[]
  readonly pool: Pool
  readonly lifetimeSeconds: number
}

/** The client of this id. */
export function clientOf(service: Service, clientId: string): ClientDefinition {
  const found = service.clients.find((client) => client.clientId === clientId)
  if (!found) throw resourceNotFound(`User pool client ${clientId} does not exist.`)
  return found
}
