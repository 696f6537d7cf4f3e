import type { Effects } from './effects.ts'
import { ENTITIES } from './grants.ts'
import { once } from './once.ts'
import type { Table } from './table/table.ts'

const KEY = { pk: `${ENTITIES.key}signing`, sk: 'CURRENT' }

interface StoredKey {
  readonly secret: string
}

async function readOrMake(table: Table, effects: Effects): Promise<Uint8Array> {
  const stored = await table.get<StoredKey>(KEY)
  if (stored !== undefined) return Buffer.from(stored.secret, 'base64')
  const secret = Buffer.from(effects.bytes(32)).toString('base64')
  const item = { ...KEY, secret }
  const made = await table.commit([{ kind: 'put', item, expect: { absent: true } }], effects.id())
  // Somebody else was faster: theirs is the key.
  return made.committed ? Buffer.from(secret, 'base64') : readOrMake(table, effects)
}

/** A container opens its table once. */
const keys = new WeakMap<Table, () => Promise<Uint8Array>>()

/**
 * The deployment's own secret for cursors and heartbeat addresses: made by whoever needs it first and kept in the
 * table, so that a fresh deployment needs no manual step. Read once a container.
 * @throws `unavailable`; the next call tries again
 */
export function signingKey(table: Table, effects: Effects): Promise<Uint8Array> {
  const key = keys.get(table) ?? once(() => readOrMake(table, effects))
  keys.set(table, key)
  return key()
}
