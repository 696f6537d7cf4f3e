import { Problem } from '../../shared/kernel/errors.ts'

/** The problem that a call throws; fails the test when it throws something else, or nothing. */
export function problemOf(call: () => unknown): Problem {
  try {
    call()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It should have thrown a problem.')
}

/** The problem that a promise rejects with; fails the test when it rejects with something else, or not at all. */
export async function rejectionOf(call: () => Promise<unknown>): Promise<Problem> {
  try {
    await call()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It should have thrown a problem.')
}
