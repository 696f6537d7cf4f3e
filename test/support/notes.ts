import * as z from 'zod'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import { http } from '../../shared/kernel/http.ts'
import type { HandlersFor, HttpDeps } from '../../shared/kernel/http/exchange.ts'
import { ADMINS, route, VIEWERS } from '../../shared/kernel/route.ts'
import type { Table } from '../../shared/kernel/table/table.ts'

const Note = z.object({ id: z.string(), text: z.string(), version: z.int() })
type Note = z.output<typeof Note>

const common = {
  capability: 'alerts',
  limit: 'global_default',
  scopes: ['midwatch/write'],
  uses: [],
} as const
const params = z.strictObject({ id: z.string().max(40) })
const body = z.strictObject({ text: z.string().max(100) })

/** A capability of its own for tests of the pipeline. */
export const notesContract = {
  getNote: route({
    ...common,
    method: 'GET',
    path: '/notes/{id}',
    summary: 'A note',
    roles: VIEWERS,
    params,
    response: Note,
    errors: ['not_found'],
  }),
  putNote: route({
    ...common,
    method: 'PUT',
    path: '/notes/{id}',
    summary: 'Writes a note, and its receipt with it',
    roles: ADMINS,
    params,
    body,
    response: Note,
    idempotent: true,
    errors: ['stale_version', 'conflict', 'request_in_flight', 'key_reused'],
  }),
  run: route({
    ...common,
    method: 'POST',
    path: '/notes/{id}/runs',
    summary: 'Does something that has no transaction',
    roles: ADMINS,
    params,
    response: z.object({ runs: z.int() }),
    status: 202,
    idempotent: true,
    errors: ['request_in_flight', 'key_reused'],
  }),
} as const

export interface NotesDeps extends HttpDeps {
  /** Called in the middle of every operation. */
  readonly meanwhile: () => Promise<void>
  readonly runs: Map<string, number>
}

const keyOf = (id: string) => ({ pk: `NOTE#${id}`, sk: 'NOTE' })

/** The stored note. */
export const noteIn = (table: Table, id: string): Promise<Note | undefined> => table.get<Note>(keyOf(id))

const handlers: HandlersFor<typeof notesContract, NotesDeps> = {
  getNote: async ({ params: { id } }, { table, meanwhile }) => {
    await meanwhile()
    const note = await noteIn(table, id)
    if (note === undefined) throw new Problem('not_found')
    return { body: note, version: note.version }
  },
  putNote: async ({ params: { id }, body: { text }, ifMatch, receipt }, { table, effects, meanwhile }) => {
    const current = await noteIn(table, id)
    requireMatch(ifMatch, current?.version ?? 0)
    const note = { id, text, version: (current?.version ?? 0) + 1 }
    const reply = { body: note, version: note.version }
    await meanwhile()
    const expect = current === undefined ? ({ absent: true } as const) : { version: current.version }
    const write = { kind: 'put', item: { ...keyOf(id), ...note }, expect } as const
    const { committed } = await table.commit([write, ...receipt(reply)], effects.id())
    if (!committed) throw new Problem('conflict')
    return reply
  },
  run: async ({ params: { id } }, { runs, meanwhile }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1)
    await meanwhile()
    return { body: { runs: runs.get(id) ?? 0 } }
  },
}

/** The real pipeline around these routes. */
export const notesHandler = (deps: NotesDeps) => http(notesContract, handlers, async () => deps)
