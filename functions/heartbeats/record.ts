import { parsePing } from '../../shared/health/heartbeat.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { recordPing } from '../../shared/heartbeats/store.ts'
import type { HeartbeatDeps } from './deps.ts'

/**
 * Records what a job reported at its ping address.
 * @param key the UUID of the address
 * @param suffix what stands behind it: nothing, `start`, `fail`, `log` or an exit code
 * @throws `unknown_check` for an address that belongs to no heartbeat check
 */
export async function record(
  key: string,
  suffix: string | undefined,
  deps: HeartbeatDeps,
): Promise<Reply<string>> {
  const checkId = deps.checkByPingKey.get(key.toLowerCase())
  const ping = parsePing(suffix)
  if (checkId === undefined) throw new Problem('unknown_check')
  if (ping === undefined) {
    throw new Problem('invalid_input', {
      fields: [{ path: 'path.signal', reason: 'an exit code is 0 to 255' }],
    })
  }
  const { effects, table } = deps
  await recordPing(table, checkId, { ...ping, at: effects.now() }, effects.id())
  return { body: 'OK' }
}
