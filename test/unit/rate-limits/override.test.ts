import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readOverride, writeOverride, type Override } from '../../../shared/rate-limits/override.ts'

const overrides: fc.Arbitrary<Override> = fc.record(
  {
    multiplier: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
    exempt: fc.boolean(),
    expiresAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  },
  { requiredKeys: [] },
)

test('an override is read back as it was written', () => {
  fc.assert(
    fc.property(overrides, (override) => {
      expect(readOverride(writeOverride(override))).toEqual(override)
    }),
  )
})

test('equal overrides have equal texts, in whatever order they were put together, and others have others', () => {
  expect(writeOverride({ expiresAt: 5, multiplier: 2 })).toBe(writeOverride({ multiplier: 2, expiresAt: 5 }))
  expect(writeOverride({ multiplier: 2 })).not.toBe(writeOverride({ multiplier: 2, expiresAt: 5 }))
  expect(writeOverride({ multiplier: 2 })).not.toBe(writeOverride({ multiplier: 2.5 }))
})

test('no override has an empty text', () => {
  fc.assert(
    fc.property(overrides, (override) => {
      expect(writeOverride(override)).not.toBe('')
    }),
  )
})
