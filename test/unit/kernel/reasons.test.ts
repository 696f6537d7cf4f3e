import { expect, it } from 'vitest'
import * as z from 'zod'
import { reasonOf } from '../../../shared/kernel/reasons.ts'

const Body = z.object({
  text: z.string().min(1).max(5).optional(),
  longer: z.string().min(2).optional(),
  whole: z.int().min(1).max(10).optional(),
  part: z.number().gt(0).lt(1).optional(),
  list: z.array(z.string()).min(1).optional(),
  nested: z.object({ name: z.string() }).optional(),
  choice: z.enum(['a', 'b']).optional(),
  at: z.iso.datetime().optional(),
  own: z.string('has words of its own').optional(),
})

it.each([
  [{ text: 1 }, 'must be a string'],
  [{ text: '' }, 'must not be empty'],
  [{ text: 'longer' }, 'must have at most 5 characters'],
  [{ longer: 'x' }, 'must have at least 2 characters'],
  [{ whole: 1.5 }, 'must be a whole number'],
  [{ whole: 0 }, 'must be at least 1'],
  [{ whole: 11 }, 'must be at most 10'],
  [{ part: 0 }, 'must be more than 0'],
  [{ part: 1 }, 'must be less than 1'],
  [{ list: {} }, 'must be a list'],
  [{ list: [] }, 'must not be empty'],
  [{ nested: 7 }, 'must be an object'],
  [{ nested: {} }, 'is missing'],
  [{ choice: 'c' }, 'must be "a" or "b"'],
  [{ at: 'noon' }, 'must be a moment such as 2026-02-15T12:00:00Z'],
  [{ own: 1 }, 'has words of its own'],
])('%j is told what it breaks', (body, reason) => {
  const { error } = Body.safeParse(body, { error: reasonOf })
  expect(error?.issues.map(({ message }) => message)).toEqual([reason])
})
