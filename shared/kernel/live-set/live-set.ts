import { hash as digest } from 'node:crypto'
import { ENTITIES } from '../grants.ts'
import type { Table } from '../table/table.ts'
import type { Key, Write } from '../table/types.ts'
import { unchangedSince } from '../table/unchanged.ts'
import { decodeEntries, encodeEntries } from './snapshot.ts'

/** What containers keep at hand and must know within a second. */
export type LiveEntity = 'flag-live' | 'config-live'

/** Switches that are thrown on the pointer itself, by name. They win over the snapshot. */
export type Marks = Readonly<Record<string, boolean>>

/** The one small item that every container rereads. */
export interface Pointer {
  /** Counts every change; 0 before the first. */
  readonly version: number
  /** A hash of the snapshot that belongs to it; empty when there is none yet. */
  readonly snapshot: string
  readonly marks: Marks
}

/** A pointer with the entries that belong to it. */
export interface Live<Entry> {
  readonly pointer: Pointer
  readonly entries: readonly Entry[]
}

interface StoredSnapshot {
  readonly hash: string
  readonly bytes: Uint8Array
}

const MARK = 'mark:'
/** An item holds 400 KB at most. */
const MAX_SNAPSHOT_BYTES = 380_000
const NO_SNAPSHOT = ''

export const EMPTY_POINTER: Pointer = { version: 0, snapshot: NO_SNAPSHOT, marks: {} }

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
    snapshot: typeof item['snapshot'] === 'string' ? item['snapshot'] : NO_SNAPSHOT,
    marks: Object.fromEntries(marks),
  }
}

/** Reads the pointer, strongly consistently: one read unit. */
export const readPointer = async (table: Table, entity: LiveEntity): Promise<Pointer> =>
  pointerOf(await table.get<Readonly<Record<string, unknown>>>(pointerKey(entity)))

/**
 * Reads the entries that belong to a pointer.
 * @param consistent reads cost twice as much so, and see what was written a moment ago
 * @returns `undefined` when the stored snapshot belongs to another pointer: an older or a newer one
 * @throws `unavailable` when the table does not answer; and when the snapshot cannot be read
 */
export async function readEntries<Entry>(
  table: Table,
  entity: LiveEntity,
  { snapshot }: Pointer,
  { consistent }: { readonly consistent: boolean },
): Promise<readonly Entry[] | undefined> {
  if (snapshot === NO_SNAPSHOT) return []
  const stored = await table.get<StoredSnapshot>(snapshotKey(entity), { consistent })
  return stored?.hash === snapshot ? decodeEntries<Entry>(stored.bytes) : undefined
}

/** What is known, with the switches of a newer pointer over it: they need no snapshot. */
export const withSwitches = <Entry>(
  { pointer: { snapshot, marks }, entries }: Live<Entry>,
  newer: Pointer,
): Live<Entry> => ({
  // Those of before go on to hold: a save has moved them into a snapshot that is not read yet.
  pointer: { version: newer.version, snapshot, marks: { ...marks, ...newer.marks } },
  entries,
})

/** The pointer is read all the time, and should stay under 4 KB; more switches are in the snapshot alone. */
const MAX_KEPT_MARKS = 50

const marksOf = (thrown: readonly string[]): Readonly<Record<string, true>> =>
  Object.fromEntries(thrown.slice(0, MAX_KEPT_MARKS).map((name) => [`${MARK}${name}`, true]))

/**
 * The writes that replace all entries. Whoever has changed anything since the pointer was read makes them fail.
 * @param pointer as it was read before the entries were put together; its marks go with it, so the entries must hold them
 * @param thrown names of the switches that are thrown: they stay on the pointer, for containers that cannot read the snapshot
 * @returns `undefined` when the entries do not fit into an item
 */
export function replaceWrites(
  entity: LiveEntity,
  pointer: Pointer,
  entries: readonly unknown[],
  thrown: readonly string[] = [],
): readonly Write[] | undefined {
  const bytes = encodeEntries(entries)
  if (bytes.byteLength > MAX_SNAPSHOT_BYTES) return undefined
  // Not a number, which a table that was reset would give again to other entries.
  const hash = digest('sha256', bytes)
  const version = pointer.version + 1
  const expect = unchangedSince(pointer.version)
  return [
    { kind: 'put', item: { ...pointerKey(entity), version, snapshot: hash, ...marksOf(thrown) }, expect },
    { kind: 'put', item: { ...snapshotKey(entity), hash, bytes }, expect: { anything: true } },
  ]
}

/** The write that throws switches: it needs neither a read before it nor a snapshot. */
export const markWrite = (entity: LiveEntity, marks: Marks): Write => ({
  kind: 'update',
  key: pointerKey(entity),
  set: Object.fromEntries(Object.entries(marks).map(([name, value]) => [`${MARK}${name}`, value])),
  setOnce: { snapshot: NO_SNAPSHOT },
  add: { version: 1 },
  expect: { anything: true },
})
