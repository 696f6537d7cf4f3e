import { expect, test } from 'vitest'
import {
  CONFIRM_AFTER_MS,
  CONFIRM_NEVER,
  type Grade,
  nextReprobe,
  settle,
} from '../../../shared/health/confirmation.ts'
import { FLAP_SAMPLES } from '../../../shared/health/flapping.ts'
import {
  type CheckState,
  type Decision,
  next,
  type Observation,
  type Policy,
  RECOVERIES,
} from '../../../shared/health/next.ts'

/*
 * A thousand probe-months: a month is 43,200 slots of a minute. The first attempt of every slot is lost with a
 * probability of 0.5 %. Good slots leave a settled check as it is (asserted below), so they are skipped; the distance to
 * the next loss is drawn from the geometric distribution, which is the same as drawing for each slot.
 */
const SLOT_MS = 60_000
const SLOTS_A_MONTH = 43_200
const MONTHS = 1_000
const LOSS = 0.005
/** Seconds at most on an idle machine; a busy one may take its time. */
const LONG = { timeout: 60_000 }
const policy: Policy = {
  severity: 'critical',
  thresholds: { normalBelowMs: 100, degradedAboveMs: 800 },
  recoveries: RECOVERIES,
}
type Bad = 'failed' | 'slow'
const LATENCY_MS = { good: 20, slow: 900, failed: 5_000, inconclusive: 1 } as const satisfies Record<
  Grade,
  number
>

/** xorshift32 (Marsaglia, 2003): numbers in (0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 2 ** 32
  }
}

/** How many slots pass before the next first attempt is lost. */
const slotsUntilLoss = (random: () => number): number => Math.floor(Math.log(random()) / Math.log(1 - LOSS))

const seen = (slotNumber: number, grade: Grade): Observation => {
  const slot = slotNumber * SLOT_MS
  return { slot, at: slot, grade, latencyMs: LATENCY_MS[grade], message: 'Simulated.' }
}

const attentions = (decision: Decision): number =>
  decision.events.filter((event) => event.kind === 'attention').length

/** One check under simulation. Runs slots as the prober does: attempt, re-probe as told, settle, decide. */
class SimulatedCheck {
  state: CheckState | undefined
  slotNumber = 0
  alerts = 0
  readonly confirmAfterMs: readonly number[]

  constructor(confirmAfterMs: readonly number[]) {
    this.confirmAfterMs = confirmAfterMs
  }

  /** Runs one slot whose attempts find what `attempt` returns, called once for each attempt made. */
  run(attempt: () => Grade): { decision: Decision; attempts: readonly Grade[] } {
    const attempts = [attempt()]
    while (nextReprobe(attempts, this.state?.status, this.confirmAfterMs) !== undefined)
      attempts.push(attempt())
    const decision = next(this.state, seen(this.slotNumber, settle(attempts)), policy)
    this.state = decision.state
    this.slotNumber += 1
    this.alerts += attentions(decision)
    return { decision, attempts }
  }

  /** Lets good slots pass, and skips those that come after the check has settled. */
  pass(goodSlots: number): void {
    let left = goodSlots
    for (; left > 0 && !isSettled(this.state); left -= 1) this.run(() => 'good')
    this.slotNumber += left
  }
}

/** Whether nothing is left of any trouble: the whole history that flapping is measured on is healthy. */
const isSettled = (state: CheckState | undefined): boolean =>
  state?.history.length === FLAP_SAMPLES && state.history.every((status) => status === 'healthy')

/** Runs the months of one check; `lossy` makes the attempts of a slot whose first attempt is lost. */
function simulate(
  months: number,
  random: () => number,
  confirmAfterMs: readonly number[],
  lossy: () => () => Grade,
) {
  const check = new SimulatedCheck(confirmAfterMs)
  const tally = { losses: 0, isolated: 0, confirmed: 0, unconfirmedAlerts: 0, slots: 0 }
  for (; tally.slots < months * SLOTS_A_MONTH; tally.slots += 1) {
    const gap = slotsUntilLoss(random)
    check.pass(gap)
    tally.slots += gap
    const before = check.state
    const { attempts } = check.run(lossy())
    tally.losses += 1
    tally.isolated += Number(attempts.length === 2 && attempts[1] === 'good')
    tally.confirmed += Number(settle(attempts) !== 'good')
    const [first = 'good'] = attempts
    tally.unconfirmedAlerts += attentions(next(before, seen(check.slotNumber, first), policy))
  }
  return { ...tally, alerts: check.alerts, state: check.state }
}

/** At most one attempt of a slot is lost: the first. That is what makes a loss isolated. */
const isolatedLoss = (random: () => number) => () => {
  let first = true
  const bad: Bad = random() < 0.5 ? 'failed' : 'slow'
  return (): Grade => {
    const grade = first ? bad : 'good'
    first = false
    return grade
  }
}

/** The first attempt is lost, and each re-probe may be lost as well, independently. */
const independentLoss = (random: () => number) => () => {
  let first = true
  return (): Grade => {
    const lost = first || random() < LOSS
    first = false
    return lost ? 'failed' : 'good'
  }
}

test('a good slot leaves a settled check as it is, so the simulation may skip it', () => {
  const check = new SimulatedCheck(CONFIRM_AFTER_MS)
  for (let outage = 0; outage < 8; outage += 1) {
    for (const grade of ['failed', 'good', 'good'] as const) check.run(() => grade)
  }
  expect(check.state?.flapping).toBe(true)
  while (!isSettled(check.state)) check.run(() => 'good')
  const settled = check.state
  const { decision } = check.run(() => 'good')
  expect(decision.events).toEqual([])
  expect(decision.state).toEqual({
    ...settled,
    lastSlot: decision.state.lastSlot,
    checkedAt: decision.state.checkedAt,
  })
  expect(settled).toMatchObject({ status: 'healthy', announced: 'healthy', flapping: false })
})

test('isolated single failures in 1,000 probe-months raise no alert at all', LONG, () => {
  const random = seeded(20_260_301)
  const result = simulate(MONTHS, random, CONFIRM_AFTER_MS, isolatedLoss(random))
  expect(result.slots).toBeGreaterThanOrEqual(43_200_000)
  expect(result.isolated).toBeGreaterThan(100_000)
  expect(result.isolated).toBe(result.losses)
  expect(result.alerts).toBe(0)
  // Taken at its word, each of these first attempts would have raised an alert.
  expect(result.unconfirmedAlerts).toBe(result.isolated)
  expect(result.state).toMatchObject({ status: 'healthy', announced: 'healthy' })
})

test('without confirmation the same failures raise about 200 alerts a probe-month', LONG, () => {
  const random = seeded(20_260_301)
  const months = 10
  const result = simulate(months, random, CONFIRM_NEVER, isolatedLoss(random))
  expect(result.losses).toBeGreaterThan(2_000)
  expect(result.alerts / months).toBeGreaterThan(190)
  expect(result.alerts).toBeLessThanOrEqual(result.losses)
})

test(
  'when re-probes are lost independently, only slots that lost all three attempts raise an alert',
  LONG,
  () => {
    const random = seeded(7)
    const result = simulate(MONTHS, random, CONFIRM_AFTER_MS, independentLoss(random))
    expect(result.losses).toBeGreaterThan(100_000)
    expect(result.alerts).toBe(result.confirmed)
    // 0.5 % cubed is 1 in 8 million slots: about five in 43.2 million, none of them isolated.
    expect(result.alerts).toBeLessThan(20)
  },
)

test('a real outage is told in its first slot, once, and so is its end', LONG, () => {
  const random = seeded(99)
  const check = new SimulatedCheck(CONFIRM_AFTER_MS)
  for (let month = 0; month < MONTHS; month += 1) {
    check.pass(SLOTS_A_MONTH)
    check.run(isolatedLoss(random)())
    const first = check.run(() => 'failed')
    expect(first.attempts).toEqual(['failed', 'failed', 'failed'])
    expect(first.decision.events.at(-1)).toEqual({
      kind: 'attention',
      status: 'unhealthy',
      severity: 'critical',
    })
    const more = 2 + Math.floor(random() * 30)
    for (let slot = 0; slot < more; slot += 1) expect(check.run(() => 'failed').decision.events).toEqual([])
    expect(check.run(() => 'good').decision.events).toEqual([])
    expect(check.run(() => 'good').decision.events.at(-1)).toEqual({ kind: 'recovered' })
  }
  expect(check.alerts).toBe(MONTHS)
})
