import { beforeEnd } from '../kernel/before-end.ts'
import { systemEffects, type Effects } from '../kernel/effects.ts'
import { LiveReader } from '../kernel/live-set/live-reader.ts'
import { makeDocumentClient, openTable, type Table } from '../kernel/table/table.ts'
import { FlagClient } from './client.ts'
import type { FlagSet } from './evaluate.ts'
import { ExposureRecorder } from './exposure-recorder.ts'
import { Exposures } from './exposures.ts'
import { flagSetOf, type LiveEntry } from './flag-set.ts'
import type { Flag } from './flag.ts'

/** Where a client reads, and what holds unless the table says otherwise. */
export interface FlagsOptions {
  readonly table: Table
  /** Those of the platform definition. */
  readonly flags: readonly Flag[]
  readonly effects: Effects
  /** How long a refresh waits for the table, milliseconds. */
  readonly patienceMs?: number
}

/** Opens a client on a table that is open already; reads nothing yet. */
export function flagClient({ table, flags, effects, patienceMs }: FlagsOptions): FlagClient {
  const exposures = new Exposures(effects.random)
  const live = new LiveReader<LiveEntry, FlagSet>({
    table,
    entity: 'flag-live',
    build: (entries, marks) => flagSetOf(flags, entries, marks),
    effects,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  return new FlagClient({
    live,
    exposures,
    recorder: new ExposureRecorder(table, effects, exposures),
    effects,
  })
}

/**
 * Opens the flags of a deployment for another Lambda; one a container.
 * @param tableName Midwatch's table, of which the function may read `FLAGLIVE#*` and write `FLAGSTATS#*`
 * @param flags those of the platform definition
 */
export function openFlags(tableName: string, flags: readonly Flag[]): FlagClient {
  const client = flagClient({
    table: openTable(makeDocumentClient(), tableName, systemEffects),
    flags,
    effects: systemEffects,
  })
  beforeEnd(() => client.flush())
  return client
}
