import * as fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FaultSettings } from '../../../local/faults/faults.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { expectConsistent } from '../../support/config-consistency.ts'
import { call, createKey, put } from '../../support/config-routes.ts'
import { capturedOutput } from '../../support/output.ts'
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
