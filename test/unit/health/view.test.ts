import { describe, expect, test } from 'vitest'
import type { Check, CheckInput } from '../../../shared/health/check.ts'
import type { CheckState } from '../../../shared/health/next.ts'
import { publicComponents, publicStatus } from '../../../shared/health/public-view.ts'
import type { StoredCheck } from '../../../shared/health/store.ts'
import { checkView, healthView, statusOf, type ViewContext } from '../../../shared/health/view.ts'
import { definePlatform } from '../../../shared/platforms/define.ts'

const NOW = Date.UTC(2026, 1, 14, 12)
const MINUTE_MS = 60_000
const iso = (ms: number) => new Date(ms).toISOString()

const tcp = (
  id: string,
  component: string,
  overrides: Partial<Extract<CheckInput, { kind: 'tcp' }>> = {},
): CheckInput => ({
  id,
  name: `Check ${id}`,
  component,
  severity: 'critical',
  runbook: 'docs/runbook.md#api',
  kind: 'tcp',
  target: { host: 'secret-host.internal', port: 443 },
  ...overrides,
})

const platform = definePlatform({
  id: 'lab',
  name: 'Lab',
  version: '1',
  components: ['api', 'storage', 'jobs'].map((id) => ({ id, name: id.toUpperCase(), description: id })),
  checks: [
    tcp('api', 'api', { thresholds: { normalBelowMs: 100, degradedAboveMs: 800 } }),
    tcp('bucket', 'storage'),
    tcp('files', 'storage', { severity: 'warning' }),
    {
      id: 'nightly',
      name: 'Check nightly',
      component: 'jobs',
      severity: 'info',
      runbook: 'docs/runbook.md#jobs',
      kind: 'heartbeat',
      target: { periodSeconds: 3600 },
    },
  ],
})
const checkOf = (id: string): Check => {
  const found = platform.checks.find((check) => check.id === id)
  if (found === undefined) throw new Error(`There is no check ${id}.`)
  return found
}

const context: ViewContext = { now: NOW, tickSeconds: 60, missingSetting: () => undefined }
const without = (...ids: string[]): ViewContext => ({
  ...context,
  missingSetting: (check) => (ids.includes(check.id) ? 'A_SETTING' : undefined),
})

const stored = (overrides: Partial<CheckState> = {}): StoredCheck => ({
  version: 3,
  state: {
    status: 'healthy',
    since: NOW - 60 * MINUTE_MS,
    lastSlot: NOW - MINUTE_MS,
    checkedAt: NOW - MINUTE_MS,
    goodStreak: 0,
    history: [],
    flapping: false,
    announced: 'healthy',
    latencyMs: 21.5,
    message: 'Connected to secret-host.internal',
    measurements: { connections_used: 7 },
    ...overrides,
  },
})
const states = (entries: Record<string, StoredCheck>) => new Map(Object.entries(entries))
const all = (overrides: Partial<CheckState> = {}) =>
  states(Object.fromEntries(platform.checks.map(({ id }) => [id, stored(overrides)])))

describe('a check', () => {
  test('shows its status, since when, how fast, and what it is judged by', () => {
    expect(checkView(checkOf('api'), stored(), context)).toEqual({
      id: 'api',
      name: 'Check api',
      component: 'api',
      kind: 'tcp',
      severity: 'critical',
      vantage: 'public',
      status: 'healthy',
      since: iso(NOW - 60 * MINUTE_MS),
      checked_at: iso(NOW - MINUTE_MS),
      latency_ms: 21.5,
      message: 'Connected to secret-host.internal',
      flapping: false,
      interval_seconds: 60,
      thresholds: { normal_below_ms: 100, degraded_above_ms: 800 },
      measurements: { connections_used: 7 },
      runbook: 'docs/runbook.md#api',
    })
  })

  test('is unknown before its first result, and says so', () => {
    const view = checkView(checkOf('api'), undefined, context)
    expect(view).toMatchObject({ status: 'unknown', message: 'No result yet' })
    expect(view).not.toHaveProperty('since')
    expect(view).not.toHaveProperty('checked_at')
  })

  test('is believed for three intervals and unknown after that', () => {
    const after = (ms: number) =>
      checkView(checkOf('api'), stored({ checkedAt: NOW - ms, status: 'unhealthy' }), context)
    expect(after(3 * MINUTE_MS).status).toBe('unhealthy')
    expect(after(3 * MINUTE_MS + 1)).toMatchObject({
      status: 'unknown',
      message: 'No recent result; the last one said: Connected to secret-host.internal',
      checked_at: iso(NOW - 3 * MINUTE_MS - 1),
    })
    expect(after(3 * MINUTE_MS + 1)).not.toHaveProperty('since')
  })

  test('is believed for as many ticks where ticks are shorter', () => {
    const fast = { ...context, tickSeconds: 10 }
    expect(statusOf(checkOf('api'), stored({ checkedAt: NOW - 30_000 }), fast)).toBe('healthy')
    expect(statusOf(checkOf('api'), stored({ checkedAt: NOW - 30_001 }), fast)).toBe('unknown')
  })

  test('that is not configured names the setting that it lacks', () => {
    const view = checkView(checkOf('api'), undefined, without('api'))
    expect(view).toMatchObject({
      status: 'unknown',
      message: 'Not configured: the setting A_SETTING is not set',
    })
  })

  test('shows where its job reports only when it is a heartbeat', () => {
    const known = { ...context, pingPath: (check: Check) => `/ping/${check.id}` }
    expect(checkView(checkOf('nightly'), undefined, known).ping_path).toBe('/ping/nightly')
    expect(checkView(checkOf('api'), undefined, known)).not.toHaveProperty('ping_path')
  })
})

describe('the whole', () => {
  test('counts each status and is as bad as its worst check', () => {
    const mixed = states({
      api: stored({ status: 'degraded' }),
      bucket: stored(),
      files: stored({ checkedAt: NOW - 10 * MINUTE_MS }),
      nightly: stored(),
    })
    expect(healthView(platform.checks, mixed, context)).toMatchObject({
      status: 'degraded',
      checked_at: iso(NOW - MINUTE_MS),
      summary: { healthy: 2, degraded: 1, unhealthy: 0, unknown: 1 },
    })
  })

  test('pays no attention to checks that this deployment does not configure', () => {
    const some = states({ api: stored(), bucket: stored() })
    const view = healthView(platform.checks, some, without('files', 'nightly'))
    expect(view.status).toBe('healthy')
    expect(view.summary).toEqual({ healthy: 2, degraded: 0, unhealthy: 0, unknown: 0 })
    expect(view.checks).toHaveLength(4)
  })

  test('is unknown without any result, and has no time of checking', () => {
    const view = healthView(platform.checks, states({}), context)
    expect(view).toMatchObject({ status: 'unknown', summary: { unknown: 4 } })
    expect(view).not.toHaveProperty('checked_at')
  })
})

/** Since when the component of these two checks is as it is. */
const sinceOf = (bucket: Partial<CheckState>, files: Partial<CheckState>) =>
  publicComponents(platform, states({ bucket: stored(bucket), files: stored(files) }), context)[1]?.since

describe('what everybody may know', () => {
  test('holds no message, target, host or measurement', () => {
    const text = JSON.stringify(publicComponents(platform, all({ status: 'unhealthy' }), context))
    for (const secret of ['secret-host', 'Connected', 'connections_used', 'runbook', 'Check api', 'target']) {
      expect(text).not.toContain(secret)
    }
    expect(text).toContain('unhealthy')
  })

  test('a component is as bad as its worst check, and slow like its slowest', () => {
    const mixed = states({
      bucket: stored({ latencyMs: 12 }),
      files: stored({ status: 'degraded', latencyMs: 1_400 }),
    })
    const [, storage] = publicComponents(platform, mixed, context)
    expect(storage).toMatchObject({ component: { id: 'storage' }, status: 'degraded', latencyMs: 1_400 })
  })

  test('a component without a configured check is left out', () => {
    const ids = publicComponents(platform, all(), without('nightly')).map(({ component }) => component.id)
    expect(ids).toEqual(['api', 'storage'])
  })

  test('a component is bad since its first bad check, and well since its last recovery', () => {
    const [early, late] = [NOW - 50 * MINUTE_MS, NOW - 20 * MINUTE_MS]
    expect(sinceOf({ status: 'unhealthy', since: early }, { since: late })).toBe(early)
    expect(sinceOf({ status: 'unhealthy', since: late }, { status: 'unhealthy', since: early })).toBe(early)
    expect(sinceOf({ since: early }, { since: late })).toBe(late)
  })

  test('a component of unknown status has no time since when', () => {
    const stale = all({ checkedAt: NOW - 10 * MINUTE_MS })
    const [api] = publicComponents(platform, stale, context)
    expect(api).toMatchObject({ status: 'unknown', checkedAt: NOW - 10 * MINUTE_MS })
    expect(api).not.toHaveProperty('since')
  })

  test('the overall status is the one that operators see', () => {
    for (const status of ['healthy', 'degraded', 'unhealthy'] as const) {
      const current = all({ status })
      expect(publicStatus(platform, current, context)).toBe(
        healthView(platform.checks, current, context).status,
      )
    }
  })
})
