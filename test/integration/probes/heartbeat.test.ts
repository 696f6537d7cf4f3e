import { expect, test } from 'vitest'
import { heartbeatProbe } from '../../../shared/health/probes/heartbeat.ts'
import type { HeartbeatSignals } from '../../../shared/health/probe.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { outcomeOf } from '../../support/outcome.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const HOUR_MS = 3_600_000
const daily = { periodSeconds: 86_400, graceSeconds: 3_600 }
const effects = { ...systemEffects, now: () => NOW }

const judged = (signals: HeartbeatSignals) =>
  outcomeOf(heartbeatProbe, daily, { effects, heartbeat: () => Promise.resolve(signals) })

test('a job that reported in time is healthy', async () => {
  expect(await judged({ watchedSince: 0, lastSuccessAt: NOW - 2 * HOUR_MS })).toEqual({
    ok: true,
    latencyMs: 0,
    message: 'The job succeeded 2 h ago',
    measurements: { seconds_since_success: 7_200 },
  })
})

test('a job that has not reported yet is waited for', async () => {
  expect(await judged({ watchedSince: NOW })).toEqual({
    ok: true,
    latencyMs: 0,
    message: 'Waiting for the first signal',
  })
})

test('a job that reported too long ago is late', async () => {
  expect(await judged({ watchedSince: 0, lastSuccessAt: NOW - 26 * HOUR_MS })).toEqual({
    ok: false,
    latencyMs: 0,
    reason: 'late',
    message: 'No signal for 26 h, expected every 24 h',
  })
})

test('the signals that are judged are those of the check itself', async () => {
  const asked: string[] = []
  const heartbeat = (checkId: string) => {
    asked.push(checkId)
    return Promise.resolve({ watchedSince: NOW })
  }
  await outcomeOf(heartbeatProbe, daily, { effects, heartbeat })
  expect(asked).toEqual(['check-under-test'])
})

const unreadable = {
  ok: false,
  latencyMs: 0,
  reason: 'network',
  message: 'The signals of the job could not be read',
}

test('signals that cannot be read are the fault of the prober, not of the job', async () => {
  const gone = new Error('table midwatch-secret is gone')
  const outcome = await outcomeOf(heartbeatProbe, daily, { heartbeat: () => Promise.reject(gone) })
  expect(outcome).toEqual(unreadable)
})

test('signals that never come end by the deadline', async () => {
  const never = new Promise<HeartbeatSignals>(() => undefined)
  const outcome = await outcomeOf(heartbeatProbe, daily, { heartbeat: () => never, timeoutMs: 100 })
  expect(outcome).toEqual(unreadable)
})
