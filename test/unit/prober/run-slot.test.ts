import { expect, test } from 'vitest'
import { Check, CHECK_KINDS, type CheckInput } from '../../../shared/health/check.ts'
import type { Probe, ProbeOutcome } from '../../../shared/health/probe.ts'
import type { KnownStatus } from '../../../shared/health/status.ts'
import type { Probes } from '../../../shared/prober/attempt.ts'
import { runSlot } from '../../../shared/prober/run-slot.ts'
import { services } from '../../support/attempt.ts'
import { drivenClock } from '../../support/driven-clock.ts'

const common = {
  id: 'api',
  name: 'API',
  component: 'api',
  severity: 'error',
  runbook: 'docs/runbook.md#api',
  timeoutMs: 4_000,
  thresholds: { normalBelowMs: 100, degradedAboveMs: 800 },
} as const
const tcp: CheckInput = { ...common, kind: 'tcp', target: { host: 'api.example', port: 443 } }
const heartbeat: CheckInput = { ...common, kind: 'heartbeat', target: { periodSeconds: 60 } }

type Step = ProbeOutcome | 'hangs'
const fast: Step = { ok: true, latencyMs: 20, message: 'fast' }
const slow: Step = { ok: true, latencyMs: 900, message: 'slow' }
const refused: Step = { ok: false, latencyMs: 1, reason: 'refused', message: 'refused' }
const timeout: Step = { ok: false, latencyMs: 1, reason: 'timeout', message: 'too late' }
const ownFault: Step = { ok: false, latencyMs: 1, reason: 'network', message: 'no way out' }

/** Each attempt takes a second, then gives the next step; the last one repeats. */
async function slotOf(
  steps: readonly Step[],
  {
    input = tcp,
    current,
    deadlineMs = 50_000,
  }: Partial<{ input: CheckInput; current: KnownStatus; deadlineMs: number }> = {},
) {
  const clock = drivenClock(0)
  const startedAt: number[] = []
  const probe = (async () => {
    const step = steps[Math.min(startedAt.length, steps.length - 1)]
    startedAt.push(clock.now())
    if (step === 'hangs') return new Promise(() => undefined)
    await clock.effects.wait(1_000)
    return step
  }) as Probe<never>
  const probes = Object.fromEntries(CHECK_KINDS.map((kind) => [kind, probe])) as unknown as Probes
  const check = Check.parse(input)
  const ready = { check, target: check.target as { host: string; port: number; reachesPrivate: boolean } }
  const lab = services({ effects: clock.effects })
  const result = await clock.drive(runSlot(ready, current, probes, lab, deadlineMs))
  return { ...result, startedAt, endedAt: clock.now(), waiting: clock.waiting() }
}

test('a good first attempt decides the slot', async () => {
  expect(await slotOf([fast])).toMatchObject({ grade: 'good', startedAt: [0], outcome: fast, waiting: 0 })
})

test('a bad first attempt is repeated two and five seconds after it ended', async () => {
  const slot = await slotOf([refused])
  expect(slot).toMatchObject({ grade: 'failed', startedAt: [0, 3_000, 6_000], timedOut: false })
  expect(slot.attempts).toHaveLength(3)
})

test.each([
  [1, [refused, fast], [0, 3_000]],
  [2, [refused, refused, fast], [0, 3_000, 6_000]],
  [1, [slow, fast], [0, 3_000]],
])('one good attempt clears the slot at once, here re-probe %i', async (_which, steps, startedAt) => {
  expect(await slotOf(steps)).toMatchObject({ grade: 'good', startedAt, outcome: fast })
})

test('an attempt that runs into its timeout delays the next one, which still starts as early as it may', async () => {
  const slot = await slotOf(['hangs'])
  expect(slot.startedAt).toEqual([0, 6_250, 10_500])
  expect(slot).toMatchObject({ grade: 'failed', timedOut: true, endedAt: 14_750 })
})

test('a slow target is confirmed like a failing one, and the mildest attempt counts', async () => {
  expect(await slotOf([slow])).toMatchObject({ grade: 'slow', startedAt: [0, 3_000, 6_000], outcome: slow })
  expect(await slotOf([refused, slow])).toMatchObject({ grade: 'slow', outcome: slow })
})

test('what is known already needs no confirmation', async () => {
  expect(await slotOf([refused], { current: 'unhealthy' })).toMatchObject({ grade: 'failed', startedAt: [0] })
  expect(await slotOf([slow], { current: 'degraded' })).toMatchObject({ grade: 'slow', startedAt: [0] })
})

test('what would make a status worse is confirmed, whatever the status', async () => {
  for (const current of ['healthy', 'degraded'] as const) {
    expect((await slotOf([refused], { current })).startedAt).toEqual([0, 3_000, 6_000])
  }
})

test('a fault of the prober’s own leaves a bad attempt unconfirmed, and is not repeated', async () => {
  expect(await slotOf([ownFault])).toMatchObject({ grade: 'inconclusive', startedAt: [0], outcome: ownFault })
  expect(await slotOf([refused, ownFault])).toMatchObject({ grade: 'inconclusive', startedAt: [0, 3_000] })
})

test('a re-probe that could end after the deadline is not started, and the slot stays inconclusive', async () => {
  const slot = await slotOf([refused], { deadlineMs: 6_999 })
  expect(slot).toMatchObject({ grade: 'inconclusive', startedAt: [0], outcome: refused, endedAt: 1_000 })
  expect(await slotOf([refused], { deadlineMs: 7_000 })).toMatchObject({ startedAt: [0, 3_000] })
})

test('a heartbeat is never asked twice: its silence is a recorded fact', async () => {
  const late: Step = { ok: false, latencyMs: 0, reason: 'late', message: 'No signal' }
  expect(await slotOf([late], { input: heartbeat })).toMatchObject({ grade: 'failed', startedAt: [0] })
})

test('a slot timed out only when nothing but time-outs was found', async () => {
  expect((await slotOf([timeout])).timedOut).toBe(true)
  expect((await slotOf([refused, timeout])).timedOut).toBe(false)
  expect((await slotOf([timeout, refused])).timedOut).toBe(false)
  expect((await slotOf([timeout, slow])).timedOut).toBe(false)
})

test('a slot that failed in several ways rests on what the target itself said', async () => {
  expect((await slotOf([timeout, refused])).outcome).toEqual(refused)
})
