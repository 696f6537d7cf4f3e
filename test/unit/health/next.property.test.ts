import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CheckState, type Decision, next, type Observation } from '../../../shared/health/next.ts'

const SLOT_MS = 60_000
const policies = fc.record(
  {
    severity: fc.constantFrom('critical' as const, 'error' as const, 'warning' as const, 'info' as const),
    recoveries: fc.integer({ min: 1, max: 3 }),
    thresholds: fc.constant({ normalBelowMs: 100, degradedAboveMs: 800 }),
  },
  { requiredKeys: ['severity', 'recoveries'] },
)

type Seen = Pick<Observation, 'grade' | 'latencyMs'>
const fast: Seen = { grade: 'good', latencyMs: 20 }
const between: Seen = { grade: 'good', latencyMs: 400 }
const slow: Seen = { grade: 'slow', latencyMs: 900 }
const failed: Seen = { grade: 'failed', latencyMs: 5_000 }
const inconclusive: Seen = { grade: 'inconclusive', latencyMs: 1 }
const conclusive = fc.constantFrom(fast, between, slow, failed)
const sequences = fc.array(fc.constantFrom(fast, fast, between, slow, failed, failed, inconclusive), {
  maxLength: 120,
  size: 'max',
})

const at = (slotNumber: number, seen: Seen): Observation => ({
  slot: slotNumber * SLOT_MS,
  at: slotNumber * SLOT_MS + 500,
  message: 'Seen.',
  ...seen,
})

function* decisions(sequence: readonly Seen[], policy: Parameters<typeof next>[2]): Generator<Decision> {
  let state: CheckState | undefined
  for (const [slotNumber, seen] of sequence.entries()) {
    const decision = next(state, at(slotNumber, seen), policy)
    state = decision.state
    yield decision
  }
}
const calm = (seen: Seen): Seen[] => Array.from({ length: 60 }, () => seen)

test('after any sequence and a long calm, alerts say what the status is', () => {
  fc.assert(
    fc.property(sequences, conclusive, policies, (sequence, final, policy) => {
      const last = [...decisions([...sequence, ...calm(final)], policy)].at(-1)
      expect(last?.state.flapping).toBe(false)
      expect(last?.state.announced).toBe(last?.state.status)
    }),
  )
})

test('while a check does not flap, alerts always say what its status is', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      for (const { state } of decisions(sequence, policy)) {
        expect(state.flapping || state.announced === (state.status ?? 'healthy')).toBe(true)
      }
    }),
  )
})

test('what people were told, replayed, is what is recorded as announced, up to a partial recovery', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      let told = 'healthy'
      for (const { state, events } of decisions(sequence, policy)) {
        for (const event of events) {
          if (event.kind === 'attention') told = event.status
          if (event.kind === 'recovered') told = 'healthy'
        }
        const partlyRecovered = told === 'unhealthy' && state.announced === 'degraded'
        expect(partlyRecovered || told === state.announced).toBe(true)
      }
    }),
  )
})

test('a recovery is told only after attention, and never twice in a row', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      const told = [...decisions(sequence, policy)]
        .flatMap(({ events }) => events.map((event) => event.kind))
        .filter((kind) => kind === 'attention' || kind === 'recovered')
      for (const [index, kind] of told.entries()) {
        expect(kind === 'attention' || told[index - 1] === 'attention').toBe(true)
      }
    }),
  )
})

test('flapping starts and ends in turn, and nothing is announced in between', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      let flapping = false
      for (const { state, events } of decisions(sequence, policy)) {
        const kinds = new Set(events.map((event) => event.kind))
        expect(kinds.has('flapping_started')).toBe(!flapping && state.flapping)
        expect(kinds.has('flapping_ended')).toBe(flapping && !state.flapping)
        flapping = state.flapping
        expect(flapping && (kinds.has('attention') || kinds.has('recovered'))).toBe(false)
      }
    }),
  )
})

test('the end of flapping names the final status, and tells it when people were last told another', () => {
  fc.assert(
    fc.property(sequences, conclusive, policies, (sequence, final, policy) => {
      let announced = 'healthy'
      for (const { state, events } of decisions([...sequence, ...calm(final)], policy)) {
        const end = events.findIndex((event) => event.kind === 'flapping_ended')
        const after = end < 0 ? [] : events.slice(end)
        const expected = { kind: 'flapping_ended', status: state.status }
        expect(after.slice(0, 1)).toEqual(end < 0 ? [] : [expected])
        expect(after).toHaveLength(end < 0 ? 0 : 1 + Number(announced !== state.status))
        announced = state.announced
      }
    }),
  )
})

test('the record of changes is a chain without gaps, also while flapping', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      let status: string | undefined
      for (const { state, events } of decisions(sequence, policy)) {
        for (const event of events) {
          if (event.kind !== 'status_changed') continue
          expect(event.from).toBe(status)
          status = event.to
        }
        status ??= state.status
        expect(state.status).toBe(status)
      }
    }),
  )
})

test('a confirmed failure makes any check unhealthy in its own slot', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      expect([...decisions([...sequence, failed], policy)].at(-1)?.state.status).toBe('unhealthy')
    }),
  )
})

test('a check becomes better only after as many good slots in a row as the policy asks for', () => {
  const rank = { healthy: 0, degraded: 1, unhealthy: 2 }
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      const told = sequence.filter((seen) => seen.grade !== 'inconclusive')
      for (const [index, { events }] of [...decisions(told, policy)].entries()) {
        for (const event of events) {
          if (event.kind !== 'status_changed' || rank[event.to] > rank[event.from]) continue
          const row = told.slice(index + 1 - policy.recoveries, index + 1)
          expect(row).toHaveLength(policy.recoveries)
          expect(row.every((seen) => seen.grade !== 'failed')).toBe(true)
        }
      }
    }),
  )
})

test('delivering every observation several times, and old ones late, changes nothing', () => {
  fc.assert(
    fc.property(sequences, policies, fc.array(fc.nat(200)), (sequence, policy, repeats) => {
      let repeated: CheckState | undefined
      for (const [slotNumber, seen] of sequence.entries()) {
        repeated = next(repeated, at(slotNumber, seen), policy).state
        const late = (repeats[slotNumber % Math.max(1, repeats.length)] ?? 0) % (slotNumber + 1)
        if (seen.grade === 'inconclusive') continue
        const again = next(repeated, at(late, failed), policy)
        expect(again.state).toBe(repeated)
        expect(again.events).toEqual([])
      }
      expect(repeated).toEqual([...decisions(sequence, policy)].at(-1)?.state)
    }),
  )
})

test('the state never holds more than 21 statuses, nor a value that JSON would lose', () => {
  fc.assert(
    fc.property(sequences, policies, (sequence, policy) => {
      for (const { state } of decisions(sequence, policy)) {
        expect(state.history.length).toBeLessThanOrEqual(21)
        expect(JSON.parse(JSON.stringify(state))).toEqual(
          state.status === undefined ? withoutStatus(state) : state,
        )
      }
    }),
  )
})

function withoutStatus(state: CheckState): Omit<CheckState, 'status'> {
  const { status: _, ...rest } = state
  return rest
}
