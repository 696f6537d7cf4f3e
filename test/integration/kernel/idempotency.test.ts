import { afterEach, describe, expect, it } from 'vitest'
import type { Table } from '../../../shared/kernel/table/table.ts'
import type { CommitResult } from '../../../shared/kernel/table/types.ts'
import { manualEffects } from '../../support/effects.ts'
import { bodyOf, claimsOf, httpEvent, type RequestParts } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { noteIn, notesHandler, type NotesDeps } from '../../support/notes.ts'
import { unlimited } from '../../support/unlimited.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(undefined, 'immediate')
const started = testTable(effects)
const output = capturedOutput()
afterEach(() => started().faults.clear())

const admin = claimsOf('admin')
const runs = new Map<string, number>()

const call = (parts: RequestParts, overrides: Partial<NotesDeps> = {}) => {
  const deps = {
    effects,
    table: started().table,
    limiter: unlimited,
    slowRequestMs: 60_000,
    meanwhile: () => Promise.resolve(),
    runs,
  }
  return notesHandler({ ...deps, ...overrides })(httpEvent(parts), lambdaContext())
}
const request = (
  id: string,
  key: string,
  text = 'hello',
  rest: Partial<RequestParts> = {},
): RequestParts => ({
  routeKey: 'PUT /notes/{id}',
  params: { id },
  claims: admin,
  headers: { 'idempotency-key': `${id}-${key}` },
  body: JSON.stringify({ text }),
  ...rest,
})
const runRequest = (id: string, key: string): RequestParts => ({
  routeKey: 'POST /notes/{id}/runs',
  params: { id },
  claims: admin,
  headers: { 'idempotency-key': `${id}-${key}` },
})
const versionOf = async (id: string) => (await noteIn(started().table, id))?.version

/** Holds an operation up in its middle until it is told to go on. */
function gate() {
  const opened = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const meanwhile = (): Promise<void> => {
    reached.resolve()
    return opened.promise
  }
  return { meanwhile, open: opened.resolve, reached: reached.promise }
}

describe('the same key with the same request', () => {
  it('has one effect, and the first answer again', async () => {
    const first = await call(request('twice', 'key-1'))
    const second = await call(request('twice', 'key-1', 'hello', { requestId: 'r-2' }))
    expect(second.statusCode).toBe(200)
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({
      etag: '"1"',
      'idempotency-replayed': 'true',
      'x-request-id': 'r-2',
    })
    expect(first.headers).not.toHaveProperty('idempotency-replayed')
    expect(await versionOf('twice')).toBe(1)
  })

  it('is the same request whatever the order and the spacing of its JSON', async () => {
    await call(request('spaced', 'key-1'))
    const again = await call(request('spaced', 'key-1', '', { body: ' { "text" : "hello" } ' }))
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' })
  })

  it('has one effect where the operation has no transaction of its own', async () => {
    const first = await call(runRequest('run-twice', 'key-1'))
    const second = await call(runRequest('run-twice', 'key-1'))
    expect(first.statusCode).toBe(202)
    expect(second).toMatchObject({ statusCode: 202, body: first.body })
    expect(runs.get('run-twice')).toBe(1)
  })

  it('is another request when it expects another version', async () => {
    await call(request('expecting', 'key-1'))
    const headers = { 'idempotency-key': 'expecting-key-1', 'if-match': '"5"' }
    const again = await call(request('expecting', 'key-1', 'hello', { headers }))
    expect(bodyOf(again)).toMatchObject({ code: 'key_reused' })
  })

  it('has its effect anew after 24 hours', async () => {
    await call(request('yesterday', 'key-1'))
    effects.advance(24 * 3_600_000 - 1)
    await call(request('yesterday', 'key-1'))
    expect(await versionOf('yesterday')).toBe(1)
    effects.advance(1)
    await call(request('yesterday', 'key-1'))
    expect(await versionOf('yesterday')).toBe(2)
  })

  it('is refused with 409 while the first one runs, and says when to come back', async () => {
    const { meanwhile, open, reached } = gate()
    const first = call(request('running', 'key-1'), { meanwhile })
    await reached
    const second = await call(request('running', 'key-1'))
    expect(second).toMatchObject({ statusCode: 409, headers: { 'retry-after': '60' } })
    expect(bodyOf(second)).toMatchObject({ code: 'request_in_flight' })
    open()
    expect((await first).statusCode).toBe(200)
    expect(await call(request('running', 'key-1'))).toMatchObject({
      headers: { 'idempotency-replayed': 'true' },
    })
  })

  it('has one effect, whoever of many at the same moment wins', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => call(runRequest('many', 'key-1'))))
    expect(runs.get('many')).toBe(1)
    expect(results.every(({ statusCode = 0 }) => [202, 409].includes(statusCode))).toBe(true)
  })
})

describe('a key', () => {
  it('with another request is an error, and has no effect', async () => {
    await call(request('other', 'key-1'))
    const result = await call(request('other', 'key-1', 'something else'))
    expect(result.statusCode).toBe(422)
    expect(bodyOf(result)).toMatchObject({ code: 'key_reused' })
    expect(await noteIn(started().table, 'other')).toMatchObject({ text: 'hello', version: 1 })
  })

  it('of another caller is another key', async () => {
    await call(request('mine', 'key-1'))
    const result = await call(request('mine', 'key-1', 'theirs', { claims: { ...admin, sub: 'user-2' } }))
    expect(bodyOf(result)).toMatchObject({ text: 'theirs', version: 2 })
  })

  it('on another route is another key', async () => {
    await call(request('routes', 'key-1'))
    expect((await call(runRequest('routes', 'key-1'))).statusCode).toBe(202)
  })

  it('means nothing on a route that does not declare it', async () => {
    await call(request('read', 'key-1'))
    const read = { routeKey: 'GET /notes/{id}', params: { id: 'read' }, claims: admin }
    const result = await call({ ...read, headers: { 'idempotency-key': 'bad key' } })
    expect(result.statusCode).toBe(200)
  })

  it.each(['', ' ', 'a b', 'é', 'x'.repeat(256), 'line\nbreak'])('is refused when it is %j', async (key) => {
    const result = await call(request('refused', '', 'hello', { headers: { 'idempotency-key': key } }))
    expect(bodyOf(result)).toMatchObject({ status: 422, fields: [{ path: 'headers.idempotency-key' }] })
    expect(await versionOf('refused')).toBeUndefined()
  })

  it('may have 255 characters', async () => {
    expect((await call(request('longest', 'x'.repeat(255 - 'longest-'.length)))).statusCode).toBe(200)
  })

  it('is free again at once after a failure that wrote nothing', async () => {
    const stale = await call(
      request('retried', 'key-1', 'hello', {
        headers: { 'idempotency-key': 'retried-key-1', 'if-match': '"9"' },
      }),
    )
    expect(stale.statusCode).toBe(412)
    expect(await call(request('retried', 'key-1'))).toMatchObject({ statusCode: 200 })
    expect(await versionOf('retried')).toBe(1)
  })
})

describe('a function that dies in the middle', () => {
  it('leaves its key free after 60 seconds, and no half state', async () => {
    const { meanwhile, reached } = gate()
    void call(request('dead', 'key-1'), { meanwhile })
    await reached
    effects.advance(59_999)
    expect(await call(request('dead', 'key-1'))).toMatchObject({
      statusCode: 409,
      headers: { 'retry-after': '1' },
    })
    expect(await versionOf('dead')).toBeUndefined()
    effects.advance(1)
    expect(await call(request('dead', 'key-1'))).toMatchObject({ statusCode: 200 })
    expect(await versionOf('dead')).toBe(1)
  })

  it('and comes back to life after its key was taken over writes nothing', async () => {
    const { meanwhile, open, reached } = gate()
    const undead = call(request('undead', 'key-1'), { meanwhile })
    await reached
    effects.advance(60_000)
    const second = await call(request('undead', 'key-1'))
    open()
    expect((await undead).statusCode).toBe(409)
    expect(await versionOf('undead')).toBe(1)
    expect((await call(request('undead', 'key-1'))).body).toBe(second.body)
  })

  it('after its commit, before its answer, has had its effect once and answers it later', async () => {
    const { table } = started()
    const { promise: never } = Promise.withResolvers<CommitResult>()
    const dying: Table = {
      ...table,
      commit: async (writes, writeId) => {
        const result = await table.commit(writes, writeId)
        return writes.length > 1 ? never : result
      },
    }
    void call(request('committed', 'key-1'), { table: dying })
    await expect.poll(() => versionOf('committed')).toBe(1)
    const again = await call(request('committed', 'key-1'))
    expect(again).toMatchObject({ statusCode: 200, headers: { 'idempotency-replayed': 'true' } })
    expect(await versionOf('committed')).toBe(1)
  })
})

describe('a table that fails in the middle', () => {
  it('answers with the effect although it could not be remembered', async () => {
    const { faults, reopened } = started()
    const table = reopened()
    const meanwhile = () => faults.set({ down: true })
    const result = await call(runRequest('forgotten', 'key-1'), { table, meanwhile })
    expect(result.statusCode).toBe(202)
    expect(JSON.stringify(output())).toContain('answer not remembered')
  })

  it('says 503, and not 500, although the key could not be released either', async () => {
    const { faults, reopened } = started()
    const meanwhile = () => faults.set({ down: true })
    const result = await call(request('gone', 'key-1'), { table: reopened(), meanwhile })
    expect(bodyOf(result)).toMatchObject({ status: 503, code: 'unavailable' })
    expect(JSON.stringify(output())).toContain('idempotency key not released')
    await faults.clear()
    effects.advance(60_000)
    expect((await call(request('gone', 'key-1'))).statusCode).toBe(200)
  })

  it('keeps the receipt of a commit whose replies were all lost', async () => {
    const { faults, reopened } = started()
    const meanwhile = () => faults.set({ dropAfterCommit: true, only: 'TransactWriteItems', times: 4 })
    const result = await call(request('unheard', 'key-1'), { table: reopened(), meanwhile })
    expect(result.statusCode).toBe(503)
    await faults.clear()
    expect(await versionOf('unheard')).toBe(1)
    const again = await call(request('unheard', 'key-1'))
    expect(again).toMatchObject({ statusCode: 200, headers: { 'idempotency-replayed': 'true' } })
  })
})
