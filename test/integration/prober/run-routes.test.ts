import { expect, test } from 'vitest'
import { openKeyring } from '../../../shared/kernel/keyring.ts'
import type { ProberHttpDeps } from '../../../functions/prober/http-deps.ts'
import { runAllChecks } from '../../../functions/prober/run-all-checks.ts'
import { runCheck } from '../../../functions/prober/run-check.ts'
import { setting } from '../../../shared/health/check.ts'
import { http } from '../../../shared/kernel/http.ts'
import { proberContract } from '../../../shared/prober/contract.ts'
import { bodyOf, claimsOf, httpEvent, machineClaims } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { inRole } from '../../support/role.ts'
import { hangs, LAB_START, openLab, refuses, tcpCheck, timesOut, type Lab } from '../../support/prober-lab.ts'
import { withoutLimits } from '../../support/unlimited.ts'

const { runAllChecks: allRoute, runCheck: oneRoute } = proberContract
const ALL = 'POST /api/v1/ops/health/check'
const ONE = 'POST /api/v1/ops/health/check/{check}'

const openLabOfFour = () =>
  openLab({
    checks: [
      tcpCheck('api'),
      tcpCheck('db'),
      tcpCheck('private', { vantage: 'vpc' }),
      tcpCheck('elsewhere', { target: { host: setting('OTHER_HOST'), port: 1, reachesPrivate: true } }),
    ],
  })

function depsOf({ deps: { container, platform }, runner }: Lab): ProberHttpDeps {
  return {
    ...container,
    platform,
    runner,
    slowRequestMs: 60_000,
    ...withoutLimits,
    keyring: openKeyring(container.table, container.effects),
  }
}

/** Sends a request through the real pipeline. */
async function post(lab: Lab, routeKey: string, parts: Partial<Parameters<typeof httpEvent>[0]> = {}) {
  const routes = { runAllChecks: allRoute, runCheck: oneRoute }
  const handler = http(routes, { runAllChecks, runCheck }, async () => depsOf(lab))
  const event = httpEvent({ routeKey, claims: claimsOf('responder'), ...parts })
  const result = await inRole('prober-http', () => lab.clock.drive(handler(event, lambdaContext())))
  return { status: result.statusCode, headers: result.headers, body: bodyOf(result) }
}

test('running one check answers with what it found, and counts it', async () => {
  const lab = await openLabOfFour()
  const { status, body } = await post(lab, ONE, { params: { check: 'api' } })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: 'api',
    status: 'healthy',
    latency_ms: 20,
    message: 'It answered after 20 ms',
    attempts: [{ ok: true, latency_ms: 20, message: 'It answered after 20 ms' }],
  })
  expect(body).not.toHaveProperty('not_run')
  expect((await lab.items('RESULT#')).map(({ pk }) => pk)).toEqual(['RESULT#api#public'])
})

test('a failing check is confirmed within the request and shows every attempt', async () => {
  const lab = await openLabOfFour()
  lab.target('api', refuses)
  const { body } = await post(lab, ONE, { params: { check: 'api' } })
  expect(body).toMatchObject({ status: 'unhealthy', message: 'The connection was refused' })
  expect(body['attempts']).toHaveLength(3)
  expect(lab.clock.now() - LAB_START).toBe(5_000)
  expect(await lab.told()).toEqual(['firing>critical'])
})

test('the answer is about this very run, also while batch reads still show what was before it', async () => {
  const lab = await openLab({
    checks: [tcpCheck('api')],
    around: (table) => ({ ...table, getMany: () => Promise.resolve([]) }),
  })
  const parts = { params: { check: 'api' } }
  expect((await post(lab, ONE, parts)).body).toMatchObject({ status: 'healthy', latency_ms: 20 })
  lab.clock.set(LAB_START + 1_000)
  lab.target('api', refuses)
  expect((await post(lab, ONE, parts)).body).toMatchObject({ status: 'unhealthy', latency_ms: 3 })
  expect((await lab.items('CHECK#'))[0]).toMatchObject({ version: 2 })
})

test('running all checks runs those that can be run from here, and says why the others were not', async () => {
  const lab = await openLabOfFour()
  lab.target('db', refuses)
  const { status, body } = await post(lab, ALL)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    status: 'unhealthy',
    checks: [
      { id: 'api', status: 'healthy' },
      { id: 'db', status: 'unhealthy' },
      {
        id: 'private',
        status: 'unknown',
        attempts: [],
        not_run: 'It runs from the vpc vantage, at the next tick',
      },
      { id: 'elsewhere', status: 'unknown', attempts: [], not_run: 'A setting that it needs is not set' },
    ],
  })
})

test('a check that is not configured is not run, and that is no error', async () => {
  const lab = await openLabOfFour()
  const { status, body } = await post(lab, ONE, { params: { check: 'elsewhere' } })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    message: 'Not configured: the setting OTHER_HOST is not set',
    not_run: 'A setting that it needs is not set',
    attempts: [],
  })
  expect(lab.probed('elsewhere')).toBe(0)
})

test('a check that is not defined is 404, and nothing is probed', async () => {
  const lab = await openLabOfFour()
  const { status, body } = await post(lab, ONE, { params: { check: 'nothing' } })
  expect(status).toBe(404)
  expect(body).toMatchObject({ code: 'unknown_check' })
  expect(await lab.items()).toEqual([])
})

test('a request repeated with its Idempotency-Key gets the same answer and probes nothing', async () => {
  const lab = await openLabOfFour()
  const parts = { params: { check: 'api' }, headers: { 'idempotency-key': 'once' } }
  const first = await post(lab, ONE, parts)
  lab.target('api', refuses)
  const second = await post(lab, ONE, parts)
  expect(second.body).toEqual(first.body)
  expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true' })
  expect(lab.probed('api')).toBe(1)
  const other = await post(lab, ONE, { ...parts, params: { check: 'db' } })
  expect(other).toMatchObject({ status: 422, body: { code: 'key_reused' } })
})

test('two requests at once with one key probe once', async () => {
  const lab = await openLabOfFour()
  const parts = { params: { check: 'api' }, headers: { 'idempotency-key': 'both' } }
  const both = await Promise.all([post(lab, ONE, parts), post(lab, ONE, parts)])
  expect(lab.probed('api')).toBe(1)
  const [first, second] = both
  expect([first?.status, second?.status]).toContain(200)
  const others = both.filter(({ status }) => status !== 200)
  expect(others.every(({ body }) => body['code'] === 'request_in_flight')).toBe(true)
})

test('a hanging target is answered within the 30 seconds that a request may take', async () => {
  const lab = await openLab({ checks: [tcpCheck('api', { timeoutMs: 15_000 })] })
  lab.target('api', hangs)
  const { status, body } = await post(lab, ONE, { params: { check: 'api' } })
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'unknown', message: 'There was no answer in time' })
  expect(lab.clock.now() - LAB_START).toBeLessThan(29_000)
})

test('a run by hand says nothing about the prober itself', async () => {
  const lab = await openLab({ checks: ['a', 'b', 'c'].map((id) => tcpCheck(id)) })
  for (const id of ['a', 'b', 'c']) lab.target(id, timesOut)
  await post(lab, ALL)
  expect(await lab.items('PROBER#')).toEqual([])
  expect(await lab.alerts()).toEqual([])
})

test.each([
  ['nobody', undefined, 401],
  ['a viewer', claimsOf('viewer'), 403],
  ['a machine that may only read', machineClaims('midwatch/read'), 403],
  ['a responder', claimsOf('responder'), 200],
  ['a machine that may write', machineClaims('midwatch/write'), 200],
])('%s may run a check or not', async (_who, claims, expected) => {
  const lab = await openLabOfFour()
  const event = { routeKey: ONE, params: { check: 'api' }, ...(claims && { claims }) }
  const routes = { runAllChecks: allRoute, runCheck: oneRoute }
  const handler = http(routes, { runAllChecks, runCheck }, async () => depsOf(lab))
  const { statusCode } = await lab.clock.drive(handler(httpEvent(event), lambdaContext()))
  expect(statusCode).toBe(expected)
  expect(lab.probed('api')).toBe(expected === 200 ? 1 : 0)
})
