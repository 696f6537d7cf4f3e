import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startLocal, type LocalStack } from '../../local/stack.ts'
import type { LocalOptions } from '../../local/stack/options.ts'

/**
 * One local stack for all tests of a file: a free port, a temporary data directory, ticks on demand. Faults are cleared
 * before each test.
 * @returns the stack, once the file's tests run
 */
export function sharedStack(options: LocalOptions = {}): () => LocalStack {
  let stack: LocalStack | undefined
  const running = (): LocalStack => {
    if (stack === undefined) throw new Error('The stack is not running yet.')
    return stack
  }
  beforeAll(async () => {
    stack = await startLocal({ tickSeconds: 1, ...options })
  })
  beforeEach(() => running().faults.clear())
  afterAll(() => stack?.stop())
  return running
}
