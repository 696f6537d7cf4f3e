import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHECK_KINDS, Check } from '../../../shared/health/check.ts'
import { ProbeFailure } from '../../../shared/health/failure.ts'
import type { Probe, ProbeAttempt } from '../../../shared/health/probe.ts'
import { attemptCheck, type Probes } from '../../../shared/prober/attempt.ts'
import { services } from '../../support/attempt.ts'
import { drivenClock } from '../../support/driven-clock.ts'

const check = Check.parse({
  id: 'api',
  name: 'API',
  component: 'api',
  severity: 'error',
  runbook: 'docs/runbook.md#api',
  kind: 'tcp',
  target: { host: 'api.example', port: 443 },
  timeoutMs: 2_000,
})
const target = { host: 'api.example', port: 443, reachesPrivate: false }

const unhandled: unknown[] = []
const remember = (reason: unknown) => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', remember))
afterEach(() => void process.off('unhandledRejection', remember))

/** Makes one attempt with a probe of the test's own. */
async function attemptWith(
  probe: (attempt: ProbeAttempt, wait: (ms: number, signal?: AbortSignal) => Promise<void>) => unknown,
) {
  const clock = drivenClock(1_000_000)
  const wrapped = ((_target: unknown, attempt: ProbeAttempt) =>
    probe(attempt, clock.effects.wait)) as unknown as Probe<never>
  const probes = Object.fromEntries(CHECK_KINDS.map((kind) => [kind, wrapped])) as unknown as Probes
  const outcome = await clock.drive(
    attemptCheck({ check, target }, probes, services({ effects: clock.effects })),
  )
  // Whatever the attempt left behind rejects now, if it ever does.
  await clock.drive(Promise.resolve())
  return { outcome, tookMs: clock.now() - 1_000_000, waiting: clock.waiting() }
}

const good = { ok: true, latencyMs: 12, message: 'It answered' } as const

test('what a probe finds is what the attempt found, and no timer is left behind', async () => {
  const { outcome, tookMs, waiting } = await attemptWith(async () => good)
  expect(outcome).toEqual(good)
  expect({ tookMs, waiting, unhandled }).toEqual({ tookMs: 0, waiting: 0, unhandled: [] })
})

test('a probe is told which check it probes, for how long, and when its time is over', async () => {
  let seen: ProbeAttempt | undefined
  const { outcome, tookMs } = await attemptWith(async (attempt, wait) => {
    seen = attempt
    await wait(60_000, attempt.signal)
    return good
  })
  expect({ checkId: seen?.checkId, timeoutMs: seen?.timeoutMs }).toEqual({ checkId: 'api', timeoutMs: 2_000 })
  expect(outcome).toMatchObject({ ok: false, reason: 'timeout', latencyMs: 2_000 })
  expect(tookMs).toBe(2_000)
})

test('a probe that ignores its signal is given up a moment after its time is over', async () => {
  const { outcome, tookMs, waiting } = await attemptWith(() => new Promise(() => undefined))
  expect(outcome).toEqual({
    ok: false,
    reason: 'timeout',
    latencyMs: 2_250,
    message: 'There was no answer in time',
  })
  expect({ tookMs, waiting }).toEqual({ tookMs: 2_250, waiting: 0 })
})

test('a probe that fails long after it was given up disturbs nobody', async () => {
  const answer = Promise.withResolvers<never>()
  const { outcome } = await attemptWith(() => answer.promise)
  answer.reject(new Error('far too late'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(outcome).toMatchObject({ ok: false, reason: 'timeout' })
  expect(unhandled).toEqual([])
})

test.each([
  ['a finding of its own', new ProbeFailure('tls', 'The certificate has expired'), 'tls'],
  ['an error of the network', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'refused'],
  ['an error that nobody knows', new Error('secret of db.internal'), 'unexpected'],
  ['something that is no error', 'secret', 'unexpected'],
])(
  'a probe that throws %s gives a failed outcome without the error’s own text',
  async (_what, thrown, reason) => {
    const { outcome, waiting } = await attemptWith(() => Promise.reject(thrown))
    expect(outcome).toMatchObject({ ok: false, reason })
    expect(JSON.stringify(outcome)).not.toContain('secret')
    expect({ waiting, unhandled }).toEqual({ waiting: 0, unhandled: [] })
  },
)

test('a probe that throws before it gives a promise is treated like any other', async () => {
  const { outcome, waiting } = await attemptWith(() => {
    throw new ProbeFailure('configuration', 'The address is no address')
  })
  expect(outcome).toMatchObject({ ok: false, reason: 'configuration', message: 'The address is no address' })
  expect({ waiting, unhandled }).toEqual({ waiting: 0, unhandled: [] })
})

test('a probe whose error comes after its time was over has timed out', async () => {
  const { outcome } = await attemptWith(async (_attempt, wait) => {
    await wait(2_100)
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  })
  expect(outcome).toMatchObject({ ok: false, reason: 'timeout', latencyMs: 2_100 })
})
