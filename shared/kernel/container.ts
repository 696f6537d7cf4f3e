import { systemEffects, type Effects } from './effects.ts'
import { readEnv, type Env } from './env.ts'
import { makeDocumentClient, openTable, type Table } from './table/table.ts'

/** What every function has: made once a container. */
export interface Container {
  readonly effects: Effects
  readonly env: Env
  readonly table: Table
}

/** Reads the environment and opens the table; sends nothing yet. */
export function openContainer(): Container {
  const env = readEnv()
  return {
    effects: systemEffects,
    env,
    table: openTable(makeDocumentClient(), env.MIDWATCH_TABLE, systemEffects),
  }
}
