import { expect, test } from 'vitest'
import { withoutLimits } from '../../support/unlimited.ts'
import { openKeyring } from '../../../shared/kernel/keyring.ts'
import type { HealthDeps } from '../../../functions/health/deps.ts'
import { getHealth } from '../../../functions/health/get-health.ts'
import { getPublicDetail } from '../../../functions/health/get-public-detail.ts'
import { getPublicHealth } from '../../../functions/health/get-public-health.ts'
import { getReadiness } from '../../../functions/health/get-readiness.ts'
import { getStatus } from '../../../functions/health/get-status.ts'
import { getUptime } from '../../../functions/health/get-uptime.ts'
import { setting } from '../../../shared/health/check.ts'
import { healthContract } from '../../../shared/health/contract.ts'
import { http } from '../../../shared/kernel/http.ts'
import { definePlatform } from '../../../shared/platforms/define.ts'
import { bodyOf, claimsOf, httpEvent } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { inRole } from '../../support/role.ts'
import {
  answers,
  LAB_START,
  MINUTE_MS,
  openLab,
  refuses,
  tcpCheck,
  type Lab,
} from '../../support/prober-lab.ts'

const PUBLIC = ['/health', '/health/ready', '/health/detailed', '/ops/uptime']
const OPS = '/api/v1/ops/health'

const thresholds = { normalBelowMs: 100, degradedAboveMs: 800 }

/** A component that decides readiness. */
const component = (id: string, label: string, ready: string, notReady: string) => ({
  id,
  name: id.toUpperCase(),
  description: id,
  readiness: { label, ready, notReady },
})

/** The lab's platform with two components that decide readiness. */
async function openLabOfShop() {
  const checks = [
    tcpCheck('database', { component: 'database', thresholds }),
    tcpCheck('bucket', { component: 'storage', severity: 'error' }),
    tcpCheck('elsewhere', { component: 'extras', target: { host: setting('OTHER_HOST'), port: 1 } }),
  ]
  const platform = definePlatform({
    id: 'shop',
    name: 'Shop',
    version: '1',
    components: [
      component('database', 'database', 'connected', 'disconnected'),
      component('storage', 'storage', 'accessible', 'inaccessible'),
      { id: 'extras', name: 'Extras', description: 'Extras' },
    ],
    checks,
  })
  return openLab({ checks, platform })
}

async function get(lab: Lab, path: string, query: Record<string, string> = {}, method = 'GET') {
  const { getCheckHistory: _history, ...routes } = healthContract
  const { container, platform } = lab.deps
  const deps: HealthDeps = {
    ...container,
    platform,
    health: lab.runner.health,
    slowRequestMs: 60_000,
    ...withoutLimits,
    keyring: openKeyring(container.table, container.effects),
  }
  const handlers = { getHealth, getPublicHealth, getReadiness, getPublicDetail, getUptime, getStatus }
  const handler = http(routes, handlers, async () => deps)
  const claims = path === OPS ? { claims: claimsOf('viewer') } : {}
  const event = httpEvent({ routeKey: `${method} ${path}`, query, ...claims })
  return inRole('health-http', () => lab.clock.drive(handler(event, lambdaContext())))
}

const answerOf = async (lab: Lab, path: string, query?: Record<string, string>) => {
  const result = await get(lab, path, query)
  return { status: result.statusCode, body: bodyOf(result) }
}

test('when all is well, every public route says so', async () => {
  const lab = await openLabOfShop()
  await lab.tickAt(LAB_START)
  expect(await answerOf(lab, '/health')).toMatchObject({
    status: 200,
    body: {
      status: 'pass',
      serviceId: 'shop',
      checks: {
        'database:responseTime': [
          { componentId: 'database', status: 'pass', observedValue: 20, observedUnit: 'ms' },
        ],
      },
    },
  })
  expect(await answerOf(lab, '/health/ready')).toEqual({
    status: 200,
    body: {
      status: 'ready',
      checks: { database: 'connected', storage: 'accessible', scheduler: 'running' },
    },
  })
  expect(await answerOf(lab, '/health/detailed')).toMatchObject({
    status: 200,
    body: { status: 'healthy', components: [{ id: 'database', status: 'healthy' }, { id: 'storage' }] },
  })
  expect(await answerOf(lab, '/ops/uptime')).toMatchObject({
    status: 200,
    body: { status: 'operational', services: { api: 'operational', database: 'operational' } },
  })
})

test('when the database is down, /health and /health/ready answer 503 and say what is broken', async () => {
  const lab = await openLabOfShop()
  lab.target('database', refuses)
  await lab.tickAt(LAB_START)
  expect(await answerOf(lab, '/health')).toMatchObject({ status: 503, body: { status: 'fail' } })
  expect(await answerOf(lab, '/health/ready')).toEqual({
    status: 503,
    body: {
      status: 'not_ready',
      checks: { database: 'disconnected', storage: 'accessible', scheduler: 'running' },
    },
  })
  expect(await answerOf(lab, '/health/detailed')).toMatchObject({
    status: 200,
    body: { status: 'unhealthy' },
  })
  expect(await answerOf(lab, '/ops/uptime')).toMatchObject({
    body: { status: 'outage', services: { database: 'outage', storage: 'operational' } },
  })
})

test('a slow database is ready, and a warning', async () => {
  const lab = await openLabOfShop()
  lab.target('database', answers(900))
  await lab.tickAt(LAB_START)
  expect(await answerOf(lab, '/health')).toMatchObject({ status: 200, body: { status: 'warn' } })
  expect((await answerOf(lab, '/health/ready')).status).toBe(200)
  expect(await answerOf(lab, '/ops/uptime')).toMatchObject({ body: { status: 'degraded' } })
})

test('without recent ticks nothing is believed: not ready, unknown, a warning', async () => {
  const lab = await openLabOfShop()
  await lab.tickAt(LAB_START)
  lab.clock.set(LAB_START + 4 * MINUTE_MS + 1)
  expect(await answerOf(lab, '/health/ready')).toMatchObject({
    status: 503,
    body: { checks: { database: 'disconnected', scheduler: 'stopped' } },
  })
  expect(await answerOf(lab, '/health')).toMatchObject({ status: 200, body: { status: 'warn' } })
  expect(await answerOf(lab, '/ops/uptime')).toMatchObject({ body: { status: 'unknown' } })
  const { body } = await answerOf(lab, '/health/detailed')
  expect(JSON.stringify(body)).not.toContain('"since"')
})

test('a fresh deployment answers everywhere before its first tick', async () => {
  const lab = await openLabOfShop()
  const statuses = await Promise.all([...PUBLIC, OPS].map(async (path) => (await answerOf(lab, path)).status))
  expect(statuses).toEqual([200, 503, 200, 200, 200])
})

test('public routes answer HEAD, never probe, and leak no message, target or host', async () => {
  const lab = await openLabOfShop()
  lab.target('database', refuses)
  await lab.tickAt(LAB_START)
  const probed = lab.probed('database')
  for (const path of PUBLIC) {
    const { body } = await get(lab, path)
    expect(body).not.toMatch(/internal|refused|tcp|5432|OTHER_HOST|runbook|Target/)
    const head = await get(lab, path, {}, 'HEAD')
    expect([head.statusCode, head.body]).toEqual([(await get(lab, path)).statusCode, undefined])
  }
  expect(lab.probed('database')).toBe(probed)
})

test('filters narrow the list of checks; the overall status stays that of the whole', async () => {
  const lab = await openLabOfShop()
  lab.target('database', refuses)
  await lab.tickAt(LAB_START)
  const whole = (await answerOf(lab, OPS)).body
  expect(whole).toMatchObject({ status: 'unhealthy', summary: { healthy: 1, unhealthy: 1, unknown: 0 } })
  const idsFor = async (query: Record<string, string>) => {
    const { body } = await answerOf(lab, OPS, query)
    expect(body).toMatchObject({
      status: whole['status'],
      summary: whole['summary'],
      checked_at: whole['checked_at'],
    })
    return (body['checks'] as { id: string }[]).map(({ id }) => id)
  }
  expect(await idsFor({ status: 'unhealthy' })).toEqual(['database'])
  expect(await idsFor({ status: 'degraded' })).toEqual([])
  expect(await idsFor({ component: 'storage' })).toEqual(['bucket'])
  expect(await idsFor({ component: 'storage', status: 'unhealthy' })).toEqual([])
})

test('operators see why, with thresholds and times', async () => {
  const lab = await openLabOfShop()
  lab.target('database', refuses)
  await lab.tickAt(LAB_START)
  const { body } = await answerOf(lab, OPS)
  expect(body['checks']).toMatchObject([
    {
      id: 'database',
      status: 'unhealthy',
      message: 'The connection was refused',
      since: new Date(LAB_START + 5_000).toISOString(),
      thresholds: { normal_below_ms: 100, degraded_above_ms: 800 },
      latency_ms: 3,
    },
    { id: 'bucket', status: 'healthy' },
    { id: 'elsewhere', status: 'unknown', message: 'Not configured: the setting OTHER_HOST is not set' },
  ])
})
