import type { Context } from 'aws-lambda'
import { handler as alerts } from '../../functions/alerts/http.ts'
import { handler as audit } from '../../functions/audit/http.ts'
import { handler as health } from '../../functions/health/http.ts'
import { handler as heartbeats } from '../../functions/heartbeats/http.ts'
import { proberHttpDeps } from '../../functions/prober/http-deps.ts'
import { runAllChecks } from '../../functions/prober/run-all-checks.ts'
import { runCheck } from '../../functions/prober/run-check.ts'
import { handler as rateLimits } from '../../functions/rate-limits/http.ts'
import { handler as rateLimitChecks } from '../../functions/rate-limit-checks/http.ts'
import { handler as reference } from '../../functions/reference/http.ts'
import { handler as requests } from '../../functions/requests/http.ts'
import { handler as violations } from '../../functions/violations/http.ts'
import { pingPathOf } from '../../shared/heartbeats/ping-key.ts'
import { openContainer } from '../../shared/kernel/container.ts'
import { http } from '../../shared/kernel/http.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { routeKey } from '../../shared/kernel/route.ts'
import { signingKey } from '../../shared/kernel/signing-key.ts'
import { manifest } from '../../shared/manifest.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { proberContract } from '../../shared/prober/contract.ts'
import { bodyOf, claimsOf, httpEvent, type RequestParts } from '../../test/support/http-event.ts'
import { inRole } from '../../test/support/role.ts'
import { fixedProber, tcpPlatform, type FixedProber } from '../fixed-prober.ts'
import { configRoutes } from './config-routes.ts'
import { flagRoutes } from './flag-routes.ts'
import type { Measure } from './measure.ts'
import type { Serve } from './send-request.ts'

type Parts = Omit<RequestParts, 'routeKey'>

const MINUTE_MS = 60_000
const HISTORY_TICKS = 24

const context = { getRemainingTimeInMillis: () => 29_000 } as Context

/** Routes by the names that their contracts give them. */
const routes = new Map(
  Object.values(manifest).flatMap((contract) =>
    Object.entries(contract).flatMap(([name, declared]) =>
      declared.type === 'route' ? [[name, declared] as const] : [],
    ),
  ),
)

async function request(serve: Serve, name: string, parts: Parts = {}): Promise<HttpResult> {
  const route = routes.get(name)
  if (route === undefined) throw new Error(`There is no route ${name}.`)
  const claims = route.roles === 'public' ? {} : { claims: claimsOf('admin') }
  const event = httpEvent({ routeKey: routeKey(route), ...claims, ...parts })
  const result = await inRole(`${route.capability}-http`, () => serve(event, context))
  if ((result.statusCode ?? 200) < 300) return result
  throw new Error(`${name} was answered with ${String(result.statusCode)}: ${result.body}`)
}

/** Half an hour of results of the default platform, up to a minute ago. */
async function seedHistory(): Promise<FixedProber> {
  const prober = fixedProber(secondWatchNetwork)
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
  for (let age = HISTORY_TICKS; age > 0; age -= 1) await prober.tickAt(now - age * MINUTE_MS)
  return prober
}

/** Two alerts that are firing. */
async function seedAlerts(): Promise<void> {
  const prober = fixedProber(tcpPlatform('failing', 2))
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
  prober.targetsUp(false)
  await prober.tickAt(now - 2 * MINUTE_MS)
  await prober.tickAt(now - MINUTE_MS)
}

function alertIds(list: HttpResult): readonly string[] {
  const { alerts: found } = bodyOf(list)
  return Array.isArray(found) ? found.map((alert: { id: string }) => alert.id) : []
}

async function alertRoutes(measure: Measure): Promise<void> {
  const open = await request(alerts, 'listAlerts', { query: { status: 'firing' } })
  const [one = '', other = ''] = alertIds(open)
  const body = JSON.stringify({ note: 'Looking into it' })
  const withKey = { params: { alert: other }, body, headers: { 'idempotency-key': 'bench-1' } }
  await measure('listAlerts', () => request(alerts, 'listAlerts'))
  await measure('getAlert', () => request(alerts, 'getAlert', { params: { alert: one } }))
  await measure('acknowledgeAlert', () =>
    request(alerts, 'acknowledgeAlert', { params: { alert: one }, body }),
  )
  await measure('acknowledgeAlert, with a key', () => request(alerts, 'acknowledgeAlert', withKey))
  await measure('acknowledgeAlert, key repeated', () => request(alerts, 'acknowledgeAlert', withKey))
  await measure('resolveAlert', () => request(alerts, 'resolveAlert', { params: { alert: one }, body }))
}

async function healthRoutes(measure: Measure): Promise<void> {
  const history = { params: { check: 'database' } }
  const daily = { ...history, query: { hours: '2160' } }
  await request(health, 'getHealth')
  await measure('getHealth', () => request(health, 'getHealth'))
  await measure('getCheckHistory', () => request(health, 'getCheckHistory', history))
  await measure('getCheckHistory, 90 days', () => request(health, 'getCheckHistory', daily))
  for (const name of ['getPublicHealth', 'getReadiness', 'getPublicDetail', 'getUptime', 'getStatus']) {
    await measure(name, () => request(health, name))
  }
}

async function heartbeatRoutes(measure: Measure): Promise<void> {
  const { table, effects } = openContainer()
  const key = pingPathOf(await signingKey(table, effects), 'nightly-backup').replace('/ping/', '')
  await request(heartbeats, 'ping', { params: { key } })
  await measure('ping', () => request(heartbeats, 'ping', { params: { key } }))
  await measure('postPing', () => request(heartbeats, 'postPing', { params: { key }, body: 'Done.' }))
  await measure('signal', () => request(heartbeats, 'signal', { params: { key, signal: 'start' } }))
  await measure('postSignal', () => request(heartbeats, 'postSignal', { params: { key, signal: '0' } }))
}

async function requestRoutes(measure: Measure): Promise<void> {
  const at = new Date().toISOString()
  const slow = { at, service: 'web', route: 'GET /films', duration_ms: 2500, status: 200, request_id: 'r-1' }
  const body = JSON.stringify({ requests: Array.from({ length: 10 }, () => slow) })
  await measure('reportSlowRequests', () => request(requests, 'reportSlowRequests', { body }))
  await measure('listSlowRequests', () => request(requests, 'listSlowRequests'))
}

async function violationRoutes(measure: Measure): Promise<void> {
  const caller = { query: { identifier: 'user-1' } }
  await request(violations, 'listViolations')
  await measure('listViolations', () => request(violations, 'listViolations'))
  await measure('listViolations, one caller', () => request(violations, 'listViolations', caller))
  await measure('getLimitStatus', () => request(violations, 'getLimitStatus', caller))
}

async function auditRoutes(measure: Measure): Promise<void> {
  await request(audit, 'listAudit')
  await measure('listAudit', () => request(audit, 'listAudit'))
  await measure('listAudit, one actor', () => request(audit, 'listAudit', { query: { actor: 'user-1' } }))
}

const idOf = (result: HttpResult): string => String(bodyOf(result)['id'])

const check = (...rules: readonly string[]) => ({
  body: JSON.stringify({ checks: rules.map((rule) => ({ rule, identifier: 'user-9' })) }),
})

async function checkRoutes(measure: Measure): Promise<void> {
  await request(rateLimitChecks, 'checkRateLimits', check('api_heavy'))
  const taken = await measure('checkRateLimits', () =>
    request(rateLimitChecks, 'checkRateLimits', check('api_heavy')),
  )
  await measure('checkRateLimits, two rules', () =>
    request(rateLimitChecks, 'checkRateLimits', check('api_heavy', 'upload_limit')),
  )
  const body = JSON.stringify({ refund_token: refundTokenOf(taken) })
  await measure('refundRateLimit', () => request(rateLimitChecks, 'refundRateLimit', { body }))
}

const refundTokenOf = (result: HttpResult): unknown =>
  (bodyOf(result)['checks'] as readonly { readonly refund_token?: string }[])[0]?.refund_token

async function ruleRoutes(measure: Measure): Promise<void> {
  const params = { rule: 'upload_limit' }
  const body = JSON.stringify({ scope: 'user', limit: 200, window_seconds: 3600 })
  await request(rateLimits, 'listRules')
  await measure('listRules', () => request(rateLimits, 'listRules'))
  await measure('getRule', () => request(rateLimits, 'getRule', { params }))
  await measure('putRule', () => request(rateLimits, 'putRule', { params, body }))
  await measure('deleteRule', () => request(rateLimits, 'deleteRule', { params }))
}

async function overrideRoutes(measure: Measure): Promise<void> {
  const wanted = {
    rule_id: 'api_heavy',
    override_type: 'user',
    override_value: 'user-7',
    multiplier: 2,
    reason: 'A partner',
  }
  const body = JSON.stringify(wanted)
  const made = await measure('createOverride', () => request(rateLimits, 'createOverride', { body }))
  const params = { override: idOf(made) }
  await request(rateLimits, 'listOverrides')
  await measure('listOverrides', () => request(rateLimits, 'listOverrides'))
  await measure('deleteOverride', () => request(rateLimits, 'deleteOverride', { params }))
}

async function blockRoutes(measure: Measure): Promise<void> {
  const body = JSON.stringify({
    scope: 'ip',
    value: '198.51.100.0/24',
    reason: 'Scrapes',
    duration_seconds: 60,
  })
  const made = await measure('createBlock', () => request(rateLimits, 'createBlock', { body }))
  const params = { block: idOf(made) }
  await measure('listBlocks', () => request(rateLimits, 'listBlocks'))
  await measure('deleteBlock', () => request(rateLimits, 'deleteBlock', { params }))
}

async function referenceRoutes(measure: Measure): Promise<void> {
  for (const name of ['getOpenApi', 'getReference', 'getErrors']) {
    await measure(name, () => request(reference, name))
  }
}

async function proberRoutes(measure: Measure, prober: FixedProber): Promise<void> {
  const { runner, container } = prober.deps
  const handlers = { runAllChecks, runCheck }
  const serve = http(proberContract, handlers, async () => ({
    ...(await proberHttpDeps()),
    ...container,
    runner,
  }))
  const run = (name: string, parts: Parts, clockMs: number) => {
    prober.setClock(clockMs)
    return request(serve, name, parts)
  }
  const last = container.effects.now()
  const params = { check: 'database' }
  await run('runCheck', { params }, last + 1)
  await measure('runCheck', () => run('runCheck', { params }, last + 2))
  await measure('runAllChecks', () => run('runAllChecks', {}, last + 3))
}

/** Rules whose leases would answer some of the requests below without a write, depending on how fast this machine is. */
const LEASED = secondWatchNetwork.rateLimits.filter(({ name }) =>
  /^(public_endpoints|limit_checks|flag_evaluations)$/.test(name),
)

/** Has every request write its own decision. */
async function withoutLeases(): Promise<void> {
  for (const { name, scope, windows } of LEASED) {
    const body = JSON.stringify({
      scope,
      windows: windows.map(({ limit, windowSeconds }) => ({ limit, window_seconds: windowSeconds })),
      leases: 'off',
    })
    await request(rateLimits, 'putRule', { params: { rule: name }, body })
  }
}

/** What requests do. Every route of the manifest is here, or this fails. */
export async function routeOperations(measure: Measure): Promise<void> {
  const measured = new Set<string>()
  const noting: Measure = (name, operation) => {
    measured.add(name)
    return measure(name, operation)
  }
  await withoutLeases()
  const prober = await seedHistory()
  await seedAlerts()
  await healthRoutes(noting)
  await proberRoutes(noting, prober)
  await alertRoutes(noting)
  await heartbeatRoutes(noting)
  await requestRoutes(noting)
  await violationRoutes(noting)
  await auditRoutes(noting)
  await checkRoutes(noting)
  await ruleRoutes(noting)
  await overrideRoutes(noting)
  await blockRoutes(noting)
  await configRoutes(noting, request)
  await flagRoutes(noting, request)
  await referenceRoutes(noting)
  const missing = [...routes.keys()].filter((name) => !measured.has(name))
  if (missing.length > 0)
    throw new Error(`No benchmark measures what these routes cost: ${missing.join(', ')}.`)
}
