import { Problem } from '../errors.ts'
import { ENTITIES } from '../grants.ts'
import type { Table } from '../table/table.ts'
import type { Key, Write } from '../table/types.ts'
import { decodeEntries, encodeEntries } from './snapshot.ts'

/** What containers keep at hand and must know within a second. */
export type LiveEntity = 'flag-live' | 'config-live'

/** Switches that are thrown on the pointer itself, by name. They win over the snapshot. */
export type Marks = Readonly<Record<string, boolean>>

/** The one small item that every container rereads. */
export interface Pointer {
  /** Counts every change; 0 before the first. */
  readonly version: number
  /** Which snapshot belongs to it; 0 when there is none yet. */
  readonly snapshot: number
  readonly marks: Marks
}

/** A pointer with the entries that belong to it. */
export interface Live<Entry> {
  readonly pointer: Pointer
  readonly entries: readonly Entry[]
}

interface StoredSnapshot {
  readonly number: number
  readonly bytes: Uint8Array
}

const MARK = 'mark:'
/** An item holds 400 KB at most. */
const MAX_SNAPSHOT_BYTES = 380_000
/** How often a snapshot that was replaced between the two reads is asked for again. */
const ROUNDS = 5

export const EMPTY_POINTER: Pointer = { version: 0, snapshot: 0, marks: {} }

const pointerKey = (entity: LiveEntity): Key => ({ pk: `${ENTITIES[entity]}POINTER`, sk: 'CURRENT' })
const snapshotKey = (entity: LiveEntity): Key => ({ pk: `${ENTITIES[entity]}SNAPSHOT`, sk: 'CURRENT' })

/** A pointer's item has an attribute for each mark, so that throwing a switch needs no read. */
function pointerOf(item: Readonly<Record<string, unknown>> | undefined): Pointer {
  if (item === undefined) return EMPTY_POINTER
  const marks = Object.entries(item).flatMap(([name, value]) =>
    name.startsWith(MARK) ? [[name.slice(MARK.length), value === true] as const] : [],
  )
  return {
    version: Number(item['version'] ?? 0),
    snapshot: Number(item['snapshot'] ?? 0),
    marks: Object.fromEntries(marks),
  }
}

/** Reads the pointer, strongly consistently: one read unit. */
export const readPointer = async (table: Table, entity: LiveEntity): Promise<Pointer> =>
  pointerOf(await table.get<Readonly<Record<string, unknown>>>(pointerKey(entity)))

/**
 * Reads the entries that belong to a pointer.
 * @param known what was read before: entries whose snapshot is still the current one are not read again
 * @throws `unavailable` when the table does not answer, or changes faster than it can be read
 */
export async function readLive<Entry>(
  table: Table,
  entity: LiveEntity,
  known?: Live<Entry>,
): Promise<Live<Entry>> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pointer = await readPointer(table, entity)
    if (pointer.snapshot === 0) return { pointer, entries: [] }
    if (pointer.snapshot === known?.pointer.snapshot) return { pointer, entries: known.entries }
    const stored = await table.get<StoredSnapshot>(snapshotKey(entity))
    if (stored?.number === pointer.snapshot) return { pointer, entries: decodeEntries<Entry>(stored.bytes) }
  }
  throw new Problem('unavailable', { cause: new Error(`No ${entity} snapshot belongs to the pointer.`) })
}

/**
 * The writes that replace all entries. Whoever has changed anything since the pointer was read makes them fail.
 * @param pointer as it was read before the entries were put together; its marks go with it, so the entries must hold them
 * @returns `undefined` when the entries do not fit into an item
 */
export function replaceWrites(
  entity: LiveEntity,
  pointer: Pointer,
  entries: readonly unknown[],
): readonly Write[] | undefined {
  const bytes = encodeEntries(entries)
  if (bytes.byteLength > MAX_SNAPSHOT_BYTES) return undefined
  const number = pointer.snapshot + 1
  const version = pointer.version + 1
  const expect = pointer.version === 0 ? ({ absent: true } as const) : { version: pointer.version }
  return [
    { kind: 'put', item: { ...pointerKey(entity), version, snapshot: number }, expect },
    { kind: 'put', item: { ...snapshotKey(entity), number, bytes }, expect: { anything: true } },
  ]
}

/** The write that throws switches: it needs neither a read before it nor a snapshot. */
export const markWrite = (entity: LiveEntity, marks: Marks): Write => ({
  kind: 'update',
  key: pointerKey(entity),
  set: Object.fromEntries(Object.entries(marks).map(([name, value]) => [`${MARK}${name}`, value])),
  setOnce: { snapshot: 0 },
  add: { version: 1 },
  expect: { anything: true },
})
