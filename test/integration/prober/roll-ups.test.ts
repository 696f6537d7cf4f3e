import { expect, test } from 'vitest'
import { runBatch } from '../../../shared/prober/run-batch.ts'
import { rollUpEnded } from '../../../shared/prober/roll-up.ts'
import { readyChecks } from '../../../shared/prober/tick.ts'
import {
  answers,
  DAY_MS,
  HOUR_MS,
  LAB_START,
  MINUTE_MS,
  openLab,
  tcpCheck,
  timesOut,
  type Lab,
} from '../../support/prober-lab.ts'

const thresholds = { normalBelowMs: 100, degradedAboveMs: 800 }
const openLabOfOne = () => openLab({ checks: [tcpCheck('api', { thresholds })] })

interface Sample {
  readonly slot: number
  readonly failed: boolean
  readonly latencyMs: number
}

/** Probes at each slot; the target fails or answers as the sample says. */
async function probeAll(lab: Lab, samples: readonly Sample[]): Promise<void> {
  const [ready] = readyChecks(lab.platform, 'public', {})
  if (ready === undefined) throw new Error('The lab has a check.')
  for (const { slot, failed, latencyMs } of samples) {
    lab.clock.set(slot)
    lab.target('api', failed ? timesOut : answers(latencyMs))
    await lab.clock.drive(runBatch(lab.runner, [{ ...ready, slot }], lab.clock.now() + 50_000))
  }
}

/** A reproducible mixture of fast, slow and failing samples, one every `everyMs`. */
function mixture(fromMs: number, toMs: number, everyMs: number): Sample[] {
  const samples: Sample[] = []
  let seed = 7
  for (let slot = fromMs; slot < toMs; slot += everyMs) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    samples.push({ slot, failed: seed % 10 === 0, latencyMs: 1 + (seed % 997) })
  }
  return samples
}

/** What a roll-up must say, computed from the samples themselves. */
function expectedRollup(prefix: string, at: number, samples: readonly Sample[], lengthMs: number) {
  const inside = samples.filter(({ slot }) => slot >= at && slot < at + lengthMs)
  const answered = inside.filter(({ failed }) => !failed)
  const sorted = answered.map(({ latencyMs }) => latencyMs).toSorted((left, right) => left - right)
  const rank = (percent: number) => {
    const index = sorted.findIndex((_, position) => (position + 1) * 100 >= percent * sorted.length)
    return sorted[index]
  }
  return {
    sk: `${prefix}${new Date(at).toISOString()}`,
    at,
    samples: inside.length,
    failed: inside.length - answered.length,
    slow: answered.filter(({ latencyMs }) => latencyMs > thresholds.degradedAboveMs).length,
    uptimePercent: Math.floor((answered.length / inside.length) * 100_000 + 1e-9) / 1_000,
    ...(sorted.length === 0 ? {} : { p50Ms: rank(50), p95Ms: rank(95), p99Ms: rank(99) }),
  }
}

/** Roll-ups of every hour and day that holds samples and has ended. */
function expectedRollups(samples: readonly Sample[]) {
  const newest = samples.at(-1)?.slot ?? 0
  const ended = (lengthMs: number) => {
    const starts = new Set(samples.map(({ slot }) => Math.floor(slot / lengthMs) * lengthMs))
    return [...starts].filter((start) => start + lengthMs <= newest)
  }
  return [
    ...ended(DAY_MS).map((at) => expectedRollup('D#', at, samples, DAY_MS)),
    ...ended(HOUR_MS).map((at) => expectedRollup('H#', at, samples, HOUR_MS)),
  ]
}

const rollupsOf = async (lab: Lab): Promise<(Record<string, unknown> & { sk: string })[]> =>
  (await lab.items('ROLLUP#')).map(({ pk: _pk, writeId: _writeId, expiresAt: _expiresAt, ...row }) => row)

test('every hour and every day that ended is summed up as a direct computation says', async () => {
  const lab = await openLabOfOne()
  const samples = mixture(LAB_START + 20 * HOUR_MS, LAB_START + 49 * HOUR_MS + MINUTE_MS, 30 * MINUTE_MS)
  await probeAll(lab, samples)
  expect(await rollupsOf(lab)).toEqual(expectedRollups(samples))
  expect((await rollupsOf(lab)).filter(({ sk }) => sk.startsWith('D#'))).toHaveLength(2)
})

test.each([
  ['an hour', 20.5, 21.6],
  ['a night', 20, 32.2],
  ['three days', 20, 92.1],
])('after an outage of %s, whatever was seen before it is summed up', async (_what, stopHour, startHour) => {
  const lab = await openLabOfOne()
  const samples = [
    ...mixture(LAB_START + 18 * HOUR_MS, LAB_START + stopHour * HOUR_MS, 20 * MINUTE_MS),
    ...mixture(LAB_START + startHour * HOUR_MS, LAB_START + (startHour + 2) * HOUR_MS, 20 * MINUTE_MS),
  ]
  await probeAll(lab, samples)
  expect(await rollupsOf(lab)).toEqual(expectedRollups(samples))
})

test('summing up again changes nothing', async () => {
  const lab = await openLabOfOne()
  const samples = mixture(LAB_START + 22 * HOUR_MS, LAB_START + 25 * HOUR_MS, 20 * MINUTE_MS)
  await probeAll(lab, samples)
  const before = await rollupsOf(lab)
  const [check] = lab.platform.checks
  if (check === undefined) throw new Error('The lab has a check.')
  await rollUpEnded(lab.runner.health, check, LAB_START + 23.9 * HOUR_MS, LAB_START + 24.1 * HOUR_MS)
  expect(await rollupsOf(lab)).toEqual(before)
  expect(before).toHaveLength(3)
})

test('within an hour nothing is summed up, and raw results are kept for a week', async () => {
  const lab = await openLabOfOne()
  await probeAll(lab, mixture(LAB_START, LAB_START + HOUR_MS, 30 * MINUTE_MS))
  expect(await rollupsOf(lab)).toEqual([])
  expect((await lab.items('RESULT#')).map(({ expiresAt }) => expiresAt)).toEqual([
    (LAB_START + 7 * DAY_MS) / 1_000,
    (LAB_START + 7 * DAY_MS + 30 * MINUTE_MS) / 1_000,
  ])
})
