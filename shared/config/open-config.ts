import { systemEffects, type Effects } from '../kernel/effects.ts'
import { makeDocumentClient, openTable, type Table } from '../kernel/table/table.ts'
import { ConfigClient } from './client.ts'
import { configReader } from './config-reader.ts'
import type { Entry } from './entry.ts'

/** Where a client reads, and what holds unless the table says otherwise. */
export interface ConfigOptions {
  readonly table: Table
  /** Those of the platform definition. */
  readonly entries: readonly Entry[]
  readonly effects: Effects
}

/** Opens a client on a table that is open already; reads nothing yet. */
export const configClient = ({ table, entries, effects }: ConfigOptions): ConfigClient =>
  new ConfigClient(configReader(table, effects, entries))

/**
 * Opens the configuration of a deployment for another Lambda; one a container.
 * @param tableName Midwatch's table, of which the function may read `CONFIGLIVE#*`
 * @param entries those of the platform definition
 */
export const openConfig = (tableName: string, entries: readonly Entry[]): ConfigClient =>
  configClient({
    table: openTable(makeDocumentClient(), tableName, systemEffects),
    entries,
    effects: systemEffects,
  })
