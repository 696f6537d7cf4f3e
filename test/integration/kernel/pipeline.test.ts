import { afterEach, describe, expect, it } from 'vitest'
import { Problem } from '../../../shared/kernel/errors.ts'
import type { AccessRecord } from '../../../shared/kernel/http/exchange.ts'
import { http } from '../../../shared/kernel/http.ts'
import { manualEffects } from '../../support/effects.ts'
import { bodyOf, claimsOf, httpEvent, type RequestParts } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { noteIn, notesContract, notesHandler, type NotesDeps } from '../../support/notes.ts'
import { unlimited } from '../../support/unlimited.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(undefined, 'immediate')
const started = testTable(effects)
const output = capturedOutput()
afterEach(() => started().faults.clear())

const depsWith = (overrides: Partial<NotesDeps> = {}): NotesDeps => ({
  effects,
  table: started().table,
  limiter: unlimited,
  slowRequestMs: 1_000,
  meanwhile: () => Promise.resolve(),
  runs: new Map(),
  ...overrides,
})
const PUT = 'PUT /notes/{id}'
const GET = 'GET /notes/{id}'
const HEAD = 'HEAD /notes/{id}'
const admin = claimsOf('admin')

const failing = () => Promise.reject(new Error('password=hunter2'))
const deny = () => Promise.reject(new Problem('rate_limited', { headers: { 'retry-after': '7' } }))
const aSecond = async () => effects.advance(1_000)
const getEvent = () => httpEvent({ routeKey: GET, params: { id: 'x' }, claims: admin })

const call = (parts: RequestParts, overrides?: Partial<NotesDeps>, remainingMs?: number) =>
  notesHandler(depsWith(overrides))(httpEvent(parts), lambdaContext(remainingMs))
const put = (id: string, text: string, rest: Partial<RequestParts> = {}) =>
  call({ routeKey: PUT, params: { id }, claims: admin, body: JSON.stringify({ text }), ...rest })
const get = (id: string, rest: Partial<RequestParts> = {}) =>
  call({ routeKey: GET, params: { id }, claims: admin, ...rest })

describe('a request', () => {
  it('is answered by its operation, with an ETag for its version', async () => {
    const written = await put('simple', 'hello')
    expect(written).toMatchObject({ statusCode: 200, headers: { etag: '"1"' } })
    expect(bodyOf(written)).toEqual({ id: 'simple', text: 'hello', version: 1 })
    expect(bodyOf(await get('simple'))).toEqual({ id: 'simple', text: 'hello', version: 1 })
  })

  it('carries JSON whatever its content type says', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = Buffer.from('{"text":"by curl -d"}').toString('base64')
    const written = await put('curl', '', { headers, body, isBase64Encoded: true })
    expect(bodyOf(written)).toMatchObject({ text: 'by curl -d' })
  })

  it('with HEAD is answered like GET, without the body', async () => {
    await put('head', 'hello')
    const [whole, head] = [
      await get('head', { requestId: 'same' }),
      await call({ routeKey: HEAD, params: { id: 'head' }, claims: admin, requestId: 'same' }),
    ]
    expect(head).toEqual({ statusCode: whole.statusCode, headers: whole.headers })
  })

  it('that names the version it holds is answered with 304', async () => {
    await put('cached', 'hello')
    const headers = { 'if-none-match': '"1"' }
    expect(await get('cached', { headers })).toMatchObject({ statusCode: 304 })
    expect(await call({ routeKey: HEAD, params: { id: 'cached' }, claims: admin, headers })).toMatchObject({
      statusCode: 304,
    })
  })

  it('that changes something is never answered with 304', async () => {
    const written = await put('changed', 'hello', { headers: { 'if-none-match': '"1"' } })
    expect(written.statusCode).toBe(200)
    expect(bodyOf(written)).toMatchObject({ version: 1 })
  })

  it('that names an old version changes nothing', async () => {
    await put('guarded', 'first')
    await put('guarded', 'second', { headers: { 'if-match': '"1"' } })
    const late = await put('guarded', 'third', { headers: { 'if-match': '"1"' } })
    expect(late).toMatchObject({ statusCode: 412, headers: { etag: '"2"' } })
    expect(await noteIn(started().table, 'guarded')).toMatchObject({ text: 'second' })
  })

  it('of two at the same moment, one hears that it lost', async () => {
    await put('raced', 'first')
    let arrived = 0
    const both = Promise.withResolvers<void>()
    const meanwhile = () => {
      arrived += 1
      if (arrived === 2) both.resolve()
      return both.promise
    }
    const write = (text: string) =>
      call(
        { routeKey: PUT, params: { id: 'raced' }, claims: admin, body: JSON.stringify({ text }) },
        { meanwhile },
      )
    const results = await Promise.all([write('a'), write('b')])
    expect(results.map((result) => result.statusCode).toSorted((a = 0, b = 0) => a - b)).toEqual([200, 409])
  })
})

describe('a request that fails', () => {
  it('is answered with problem+json, and its internal cause only in the log', async () => {
    const result = await call(
      { routeKey: GET, params: { id: 'x' }, claims: admin, requestId: 'r-1' },
      { meanwhile: failing },
    )
    expect(result).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/problem+json' } })
    expect(bodyOf(result)).toEqual({
      type: '/docs/errors#internal',
      title: 'Something went wrong on our side.',
      status: 500,
      code: 'internal',
      requestId: 'r-1',
    })
    expect(JSON.stringify(output())).toContain('password=hunter2')
  })

  it('is counted in a metric that is written', async () => {
    await call(
      { routeKey: GET, params: { id: 'x' }, claims: admin },
      { meanwhile: () => Promise.reject(new Error('no')) },
    )
    expect(output()).toContainEqual(expect.objectContaining({ UnhandledErrors: 1 }))
    const again = await get('nothing-there')
    expect(again.statusCode).toBe(404)
    expect(output().filter((line) => 'UnhandledErrors' in line)).toHaveLength(1)
  })

  it('for want of the table is a 503', async () => {
    await started().faults.set({ down: true })
    const result = await call(
      { routeKey: GET, params: { id: 'x' }, claims: admin },
      { table: started().reopened() },
    )
    expect(bodyOf(result)).toMatchObject({ status: 503, code: 'unavailable' })
  })

  it('is given up just before the function ends, and says so', async () => {
    const { promise: never } = Promise.withResolvers<void>()
    const result = await call(
      { routeKey: GET, params: { id: 'x' }, claims: admin },
      { meanwhile: () => never },
      260,
    )
    expect(bodyOf(result)).toMatchObject({ status: 504, code: 'timeout' })
  })

  it('is not answered with what its operation did not declare', async () => {
    const wrong = http(
      { getNote: notesContract.getNote },
      { getNote: async () => ({ body: { id: 'x', text: 'y', version: 1.5 } }) },
      async () => depsWith(),
    )
    const result = await wrong(
      httpEvent({ routeKey: GET, params: { id: 'x' }, claims: admin }),
      lambdaContext(),
    )
    expect(bodyOf(result)).toMatchObject({ status: 500, code: 'internal' })
  })

  it('at an unknown address is a 404', async () => {
    expect(bodyOf(await call({ routeKey: 'GET /nothing' }))).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('because its dependencies could not be made is a 500, and the next one tries again', async () => {
    let tries = 0
    const handler = http(
      { getNote: notesContract.getNote },
      { getNote: async () => ({ body: { id: 'x', text: 'y', version: 1 } }) },
      async () => {
        tries += 1
        if (tries === 1) throw new Error('no environment')
        return depsWith()
      },
    )
    expect((await handler(getEvent(), lambdaContext())).statusCode).toBe(500)
    expect((await handler(getEvent(), lambdaContext())).statusCode).toBe(200)
  })
})

describe('what is asked before the operation', () => {
  it('is who calls, before anything else', async () => {
    const asked: string[] = []
    const limiter = async ({ rule }: { rule: string }) => {
      asked.push(rule)
      return {}
    }
    const result = await call({ routeKey: PUT, params: { id: 'x' }, body: '{' }, { limiter })
    expect(bodyOf(result)).toMatchObject({ code: 'unauthorized' })
    expect(asked).toEqual([])
  })

  it('is the rate limiter, before the body is looked at', async () => {
    const result = await call(
      { routeKey: PUT, params: { id: 'x' }, claims: admin, body: '{' },
      { limiter: deny },
    )
    expect(result).toMatchObject({ statusCode: 429, headers: { 'retry-after': '7' } })
  })

  it('lets a request through that is within its limit', async () => {
    const subjects: unknown[] = []
    const limiter = async (subject: object) => {
      subjects.push(subject)
      return { ratelimit: '"global_default";r=9;t=1' }
    }
    const result = await call({ routeKey: GET, params: { id: 'none' }, claims: admin }, { limiter })
    expect(result).toMatchObject({
      statusCode: 404,
      headers: { ratelimit: '"global_default";r=9;t=1' },
    })
    expect(subjects).toMatchObject([
      { rule: 'global_default', principal: { name: 'ada' }, sourceIp: '192.0.2.1' },
    ])
  })
})

describe('the access record', () => {
  it('has one line for each request, without query, body or token', async () => {
    await get('recorded', { requestId: 'r-2', query: { secret: 'hunter2' } })
    const lines = output().filter((line) => line['message'] === 'access')
    expect(lines).toEqual([
      {
        level: 'INFO',
        message: 'access',
        at: effects.now(),
        requestId: 'r-2',
        route: GET,
        status: 422,
        durationMs: 0,
        principal: 'user-1',
        code: 'invalid_input',
      },
    ])
  })

  it('is kept of a slow request, whether it failed or not', async () => {
    const slow: AccessRecord[] = []
    const recordSlow = async (record: AccessRecord) => void slow.push(record)
    await call({ routeKey: GET, params: { id: 'none' }, claims: admin }, { recordSlow, meanwhile: aSecond })
    await call(
      { routeKey: 'POST /notes/{id}/runs', params: { id: 'x' }, claims: admin },
      { recordSlow, meanwhile: aSecond },
    )
    expect(slow).toMatchObject([
      { status: 404, durationMs: 1_000, code: 'not_found' },
      { status: 202, durationMs: 1_000, route: 'POST /notes/{id}/runs' },
    ])
  })

  it('never fails a request because it could not be kept', async () => {
    const result = await call(
      { routeKey: GET, params: { id: 'none' }, claims: admin },
      { recordSlow: failing, slowRequestMs: 0 },
    )
    expect(result.statusCode).toBe(404)
    expect(JSON.stringify(output())).toContain('slow request not recorded')
  })
})
