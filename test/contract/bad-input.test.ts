import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCursors } from '../../shared/kernel/cursor.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { statusOf } from '../../shared/kernel/errors.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { routeKey, type Route } from '../../shared/kernel/route.ts'
import { signingKey } from '../../shared/kernel/signing-key.ts'
import { routes } from '../../shared/manifest.ts'
import { goodBody, goodHeaders, goodQuery, paramsOf } from '../support/good-request.ts'
import { send } from '../support/handlers.ts'
import { bodyOf, claimsOf, type RequestParts } from '../support/http-event.ts'
import { capturedOutput } from '../support/output.ts'
import { testTable } from '../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

let foreignCursor = ''
let expectedItems = 0
beforeAll(async () => {
  const { table, itemCount } = started()
  foreignCursor = makeCursors(await signingKey(table, systemEffects)).seal(
    { pk: 'A', sk: 'B' },
    'another list',
  )
  expectedItems = await itemCount()
})

/** Nothing is half-written: after all that a suite has refused, the table is as it was. */
function leavesNothingBehind(): void {
  afterAll(async () => {
    expect(await started().itemCount()).toBe(expectedItems)
  })
}

type Bad = Partial<Omit<RequestParts, 'routeKey'>>

let requests = 0

/** An address of its own for each request: rate limits are not what is tested here. */
function freshAddress(): string {
  requests += 1
  return `198.18.${requests >> 8}.${requests & 255}`
}

/** The request as it would be right, with one thing wrong. */
function request(route: Route, bad: Bad): Omit<RequestParts, 'routeKey'> {
  const body = goodBody(route)
  return {
    params: paramsOf(route),
    claims: claimsOf('superadmin'),
    sourceIp: freshAddress(),
    ...(body === undefined ? {} : { body }),
    ...bad,
    query: { ...goodQuery(route), ...bad.query },
  }
}

/** The status of `invalid_input`: another protocol may have one of its own for it. */
const invalidOf = ({ dialect }: Route): number => statusOf('invalid_input', dialect)

function expectProblem(result: HttpResult, status: number, code: string, paths?: readonly string[]): void {
  const problem = bodyOf(result)
  expect(result.headers).toMatchObject({ 'content-type': 'application/problem+json' })
  expect(problem).toMatchObject({ status, code, requestId: expect.any(String), title: expect.any(String) })
  expect(result.statusCode).toBe(status)
  if (paths === undefined) return
  const fields = problem['fields']
  expect(fields).toEqual(paths.map((path) => ({ path, reason: expect.stringMatching(/\w{3}/) })))
}

const proto = (value: string) => ({ ...JSON.parse(`{"__proto__":"${value}"}`) })
const dryRunOf = (route: Route): Record<string, string> =>
  queryNames(route).includes('dry_run') ? { dry_run: 'true' } : {}
const queryNames = ({ query }: Route) => Object.keys(query?.shape ?? {})
const takesJson = (route: Route) => route.rawBody !== true
/** What another vendor exports, or a later version of a protocol sends, may hold fields that are not known here. */
const takesAnyField = ({ dialect, path }: Route) => dialect === 'ofrep' || path.endsWith('/import')
const namesFields = (route: Route) => takesJson(route) && !takesAnyField(route)
const named = (chosen: (route: Route) => boolean) =>
  routes.filter(chosen).map((route) => [routeKey(route), route] as const)

/** A ping says that a job has run, whatever else stands in its query. */
const takesAnyQuery = ({ capability }: Route) => capability === 'heartbeats'

describe.each(named(takesAnyQuery))('%s', (_name, route) => {
  leavesNothingBehind()

  it('passes over an unknown query parameter', async () => {
    expectProblem(await send(route, request(route, { query: { nope: '1' } })), 404, 'unknown_check')
  })
})

describe.each(named((route) => !takesAnyQuery(route)))('%s', (_name, route) => {
  leavesNothingBehind()

  it('names an unknown query parameter', async () => {
    expectProblem(
      await send(route, request(route, { query: { nope: '1', constructor: '2' } })),
      invalidOf(route),
      'invalid_input',
      ['query.nope', 'query.constructor'],
    )
    expectProblem(
      await send(route, request(route, { query: proto('x') })),
      invalidOf(route),
      'invalid_input',
      ['query.__proto__'],
    )
  })
})

describe.each(named(() => true))('%s', (_name, route) => {
  leavesNothingBehind()

  it('refuses 1 MB in every query and path parameter, and names it', async () => {
    const endless = 'x'.repeat(1_000_000)
    for (const name of queryNames(route)) {
      expectProblem(
        await send(route, request(route, { query: { [name]: endless } })),
        invalidOf(route),
        'invalid_input',
        [`query.${name}`],
      )
    }
    for (const name of Object.keys(paramsOf(route))) {
      const params = { ...paramsOf(route), [name]: endless }
      expectProblem(await send(route, request(route, { params })), invalidOf(route), 'invalid_input', [
        `path.${name}`,
      ])
    }
  })

  it.each(['../../etc/passwd', 'a b', "'; DROP TABLE", '%00', '{"$ne":1}', 'CHECK#x', ''])(
    'refuses %j in every path parameter, and names it',
    async (value) => {
      for (const name of Object.keys(paramsOf(route))) {
        const params = { ...paramsOf(route), [name]: value }
        expectProblem(await send(route, request(route, { params })), invalidOf(route), 'invalid_input', [
          `path.${name}`,
        ])
      }
    },
  )

  it('refuses a body of 1 MB, or of whatever more than it accepts', async () => {
    const body = JSON.stringify({ note: 'x'.repeat(Math.max(1_000_000, route.maxBodyBytes ?? 0)) })
    expectProblem(await send(route, request(route, { body })), 413, 'body_too_large')
    const encoded = Buffer.from(body).toString('base64')
    expectProblem(
      await send(route, request(route, { body: encoded, isBase64Encoded: true })),
      413,
      'body_too_large',
    )
  })
})

describe.each(named(takesJson))('the body of %s', (_name, route) => {
  leavesNothingBehind()

  it.each(['{', '{"a":1}}', 'a=1&b=2', "{'a':1}", '\u0000', '{"a":undefined}', '[1,', 'NaN'])(
    'is refused when it is %j',
    async (body) => {
      expectProblem(await send(route, request(route, { body })), 400, 'invalid_json', ['body'])
    },
  )

  it.each(['[]', '"text"', '7', 'true', 'null'])(
    'is refused when it is %s instead of an object',
    async (body) => {
      expectProblem(await send(route, request(route, { body })), invalidOf(route), 'invalid_input', ['body'])
    },
  )
})

/** A body that is right, with fields that nobody knows. */
function bodyWithMore(route: Route): string {
  const good = JSON.stringify(JSON.parse(goodBody(route) ?? '{}'))
  const unknown = '"__proto__":{"role":"superadmin"},"constructor":1,"nope":{"deep":1}'
  return `${good.slice(0, -1)}${good === '{}' ? '' : ','}${unknown}}`
}

const TOO_DEEP = `{"note":${'['.repeat(20_000)}${']'.repeat(20_000)}}`

describe.each(named(namesFields))('the body of %s', (_name, route) => {
  leavesNothingBehind()

  it('has each unknown field named, __proto__ and constructor as well', async () => {
    const body = bodyWithMore(route)
    expectProblem(await send(route, request(route, { body })), invalidOf(route), 'invalid_input', [
      'body.__proto__',
      'body.constructor',
      'body.nope',
    ])
  })

  it('is refused, however deep it is nested', async () => {
    const result = await send(route, request(route, { body: TOO_DEEP }))
    expect(result.statusCode).toBe(422)
  })
})

describe.each(named(takesAnyField))('the body of %s', (_name, route) => {
  leavesNothingBehind()

  it('may hold unknown fields, however deep they are nested, without an effect', async () => {
    const headers = await goodHeaders(route, started().table)
    for (const body of [bodyWithMore(route), TOO_DEEP]) {
      const result = await send(route, request(route, { body, headers, query: dryRunOf(route) }))
      expect([200, 404, 422]).toContain(result.statusCode)
    }
  })
})

describe.each(named((route) => queryNames(route).includes('cursor')))('the cursor of %s', (_name, route) => {
  leavesNothingBehind()

  it('is refused when it is not one, or is one of another list', async () => {
    for (const cursor of [
      'garbage',
      '',
      '=',
      'AAAA',
      'A'.repeat(2_000),
      foreignCursor,
      `${foreignCursor}x`,
    ]) {
      const result = await send(route, request(route, { query: { cursor } }))
      expectProblem(result, 400, 'invalid_cursor', ['query.cursor'])
    }
  })
})

describe.each(named((route) => route.idempotent === true))('the Idempotency-Key of %s', (_name, route) => {
  leavesNothingBehind()

  it.each(['', 'a b', 'é', 'x'.repeat(256), 'tab\there'])('is refused when it is %j', async (key) => {
    const result = await send(route, request(route, { headers: { 'idempotency-key': key } }))
    expectProblem(result, invalidOf(route), 'invalid_input', ['headers.idempotency-key'])
  })
})

const routeOf = (key: string): Route => {
  const found = routes.find((route) => routeKey(route) === key)
  if (found === undefined) throw new Error(`There is no route ${key}.`)
  return found
}

describe('numbers, times and lists', () => {
  leavesNothingBehind()

  const history = routeOf('GET /api/v1/ops/health/checks/{check}/history')
  const audit = routeOf('GET /api/v1/ops/audit')
  const report = routeOf('POST /api/v1/ops/slow-requests')
  const acknowledge = routeOf('POST /api/v1/ops/alerts/{alert}/acknowledge')

  it.each(['0', '-1', '2161', '1.5', 'many', '1e9', 'Infinity', 'NaN', '', '0x'])(
    'refuse hours=%s',
    async (hours) => {
      const result = await send(history, request(history, { query: { hours } }))
      expectProblem(result, 422, 'invalid_input', ['query.hours'])
    },
  )

  it.each(['yesterday', '2026-02-30T00:00:00Z', '2026-02-15', '1770000000', '2026-02-15T25:00:00Z', ''])(
    'refuse from=%s',
    async (from) => {
      const result = await send(audit, request(audit, { query: { from } }))
      expectProblem(result, 422, 'invalid_input', ['query.from'])
    },
  )

  it('refuse a range that ends before it begins, or is too long', async () => {
    const ranges = [
      { from: '2026-02-15T00:00:00Z', to: '2026-02-14T00:00:00Z' },
      { from: '2020-02-15T00:00:00Z', to: '2026-02-14T00:00:00Z' },
    ]
    for (const query of ranges) {
      expectProblem(await send(audit, request(audit, { query })), 422, 'invalid_input', ['query.from'])
    }
  })

  it.each([
    [{}, ['body.requests']],
    [{ requests: [] }, ['body.requests']],
    [{ requests: 'all' }, ['body.requests']],
    [{ requests: [null] }, ['body.requests.0']],
    [
      { requests: [{ at: '2020-01-01T00:00:00Z', service: 'web', route: '/', duration_ms: 1, status: 200 }] },
      ['body.requests.0.at'],
    ],
    [
      { requests: [{ at: '2999-01-01T00:00:00Z', service: 'web', route: '/', duration_ms: 1, status: 200 }] },
      ['body.requests.0.at'],
    ],
    [
      {
        requests: [
          { at: 7, service: 'Web Shop', route: '', duration_ms: -1, status: 99.5, request_id: [], more: 1 },
        ],
      },
      ['at', 'service', 'route', 'duration_ms', 'status', 'request_id', 'more'].map(
        (name) => `body.requests.0.${name}`,
      ),
    ],
  ])('refuse the report %j', async (body, paths) => {
    const result = await send(report, request(report, { body: JSON.stringify(body) }))
    expect(result.statusCode).toBe(422)
    const fields = bodyOf(result)['fields']
    expect(fields).toEqual(expect.arrayContaining(paths.map((path) => expect.objectContaining({ path }))))
  })

  it('refuse 51 requests in a report', async () => {
    const one: unknown = JSON.parse(goodBody(report) ?? '').requests[0]
    const body = JSON.stringify({ requests: Array.from({ length: 51 }, () => one) })
    expectProblem(await send(report, request(report, { body })), 422, 'invalid_input', ['body.requests'])
  })

  it.each(['', '   ', 'x'.repeat(1_001), 7, null, {}, ['x']])('refuse the note %j', async (note) => {
    const body = JSON.stringify({ note })
    expectProblem(await send(acknowledge, request(acknowledge, { body })), 422, 'invalid_input', [
      'body.note',
    ])
  })
})
