import * as fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FaultSettings } from '../../../local/faults/faults.ts'
import { configStore } from '../../../shared/config/entry-store.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { EMPTY_POINTER } from '../../../shared/kernel/live-set/live-set.ts'
import { expectConsistent } from '../../support/config-consistency.ts'
import { call, createKey, get, put } from '../../support/config-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { problemOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const KEYS = ['first', 'second'] as const

beforeAll(async () => {
  for (const key of KEYS) await createKey(key)
})
afterEach(() => started().faults.clear())

const only = 'TransactWriteItems'
/** Where a change can be cut off: before its transaction, after it, or between one of its tries and the next. */
const FAULTS: readonly FaultSettings[] = [
  {},
  { dropBefore: true, only },
  { dropBefore: true, only, times: 1 },
  { dropAfterCommit: true, only },
  { dropAfterCommit: true, only, times: 1 },
  { status: 500, only },
  { dropBefore: true, only: 'GetItem' },
  { dropBefore: true, only: 'Query' },
]

type Step = (value: number) => Promise<unknown>

const STEPS: Readonly<Record<string, Step>> = {
  'put the first': (value) => put('first', { value }),
  'put the second': (value) => put('second', { value }),
  'put both': (value) => call('putManyConfig', { body: { values: { first: value, second: value } } }),
  'reset to a version': () => call('rollbackConfig', { params: { key: 'first' }, body: { version: 1 } }),
}

const story = fc.array(
  fc.record({
    step: fc.constantFrom(...Object.keys(STEPS)),
    fault: fc.constantFrom(...FAULTS),
    value: fc.integer({ min: 1, max: 1_000 }),
  }),
  { minLength: 1, maxLength: 6 },
)

describe('changes that are cut off anywhere, in any order,', () => {
  it('leave history, state and what containers go by in agreement', async () => {
    const agreed = fc.asyncProperty(story, async (steps) => {
      for (const { step, fault, value } of steps) {
        await started().faults.set(fault)
        await STEPS[step]?.(value)
        await started().faults.clear()
        for (const key of KEYS) await expectConsistent(started().table, key)
      }
    })
    await expect(fc.assert(agreed, { numRuns: 12 })).resolves.toBeUndefined()
  })
})

describe('a configuration that is full', () => {
  it('takes no more keys, and says so before anything is written', async () => {
    const before = await started().itemCount()
    const { entries } = await configStore(started().table, systemEffects, []).read()
    const known = [...entries.values()][0]
    const many = new Map(
      Array.from({ length: 501 }, (_, n) => [`key_${n}`, { ...Object(known), key: `key_${n}`, value: 1 }]),
    )
    const full = { pointer: EMPTY_POINTER, entries: many }
    const actor = { kind: 'user', id: 'user-1', name: 'ada' } as const
    const store = configStore(started().table, systemEffects, [])
    expect(problemOf(() => store.writesOf(full, [], { actor, now: 0 })).code).toBe('config_full')
    expect(await started().itemCount()).toBe(before)
    expect(bodyOf(await get('first'))).toMatchObject({ key: 'first' })
  })
})
