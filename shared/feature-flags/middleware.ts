import type middy from '@middy/core'
import type { FlagClient } from './client.ts'

/**
 * Keeps flags at most a second old in any Lambda: asks before the handler runs, whatever invokes it, and writes what was
 * counted after it. Delays the handler by one read of a small item a second at most, and fails no invocation.
 */
export const freshFlags = (flags: Pick<FlagClient, 'refresh' | 'flushIfDue'>): middy.MiddlewareObj => ({
  before: async () => {
    await flags.refresh()
  },
  after: async () => {
    await flags.flushIfDue()
  },
})
