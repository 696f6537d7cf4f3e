import { makeCursors, type Cursors } from './cursor.ts'
import type { Effects } from './effects.ts'
import { once } from './once.ts'
import { signingKey } from './signing-key.ts'
import type { Table } from './table/table.ts'

/** The deployment's own secret, read when it is first needed and once a container. */
export interface Keyring {
  readonly signingKey: () => Promise<Uint8Array>
  /** Seals and opens paging cursors. */
  readonly cursors: () => Promise<Cursors>
}

/** Opens the keyring; reads nothing yet. */
export function openKeyring(table: Table, effects: Effects): Keyring {
  const key = once(() => signingKey(table, effects))
  return { signingKey: key, cursors: once(async () => makeCursors(await key())) }
}
