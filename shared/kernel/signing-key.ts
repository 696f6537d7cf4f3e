import type { Effects } from './effects.ts'
import { ENTITIES } from './grants.ts'
import type { Table } from './table/table.ts'

const KEY = { pk: `${ENTITIES.key}signing`, sk: 'CURRENT' }

interface StoredKey {
  readonly secret: string
}

/**
 * The deployment's own secret for cursors and heartbeat addresses: made by whoever needs it first and kept in the
 * table, so that a fresh deployment needs no manual step. A keyring reads it once a container.
 */
export async function signingKey(table: Table, effects: Effects): Promise<Uint8Array> {
  const stored = await table.get<StoredKey>(KEY)
  if (stored !== undefined) return Buffer.from(stored.secret, 'base64')
  const secret = Buffer.from(effects.bytes(32)).toString('base64')
  const item = { ...KEY, secret }
  const made = await table.commit([{ kind: 'put', item, expect: { absent: true } }], effects.id())
  // Somebody else was faster: theirs is the key.
  return made.committed ? Buffer.from(secret, 'base64') : signingKey(table, effects)
}
