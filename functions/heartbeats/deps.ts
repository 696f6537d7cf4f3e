import { pingKeyOf } from '../../shared/heartbeats/ping-key.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the ping routes have. */
export interface HeartbeatDeps extends BaseDeps {
  readonly checkByPingKey: ReadonlyMap<string, string>
}

/** Makes the dependencies of the ping routes. */
export async function heartbeatDeps(): Promise<HeartbeatDeps> {
  const base = await baseDeps()
  const key = await base.keyring.signingKey()
  const watched = base.platform.checks.filter((check) => check.kind === 'heartbeat')
  return { ...base, checkByPingKey: new Map(watched.map((check) => [pingKeyOf(key, check.id), check.id])) }
}
