import type middy from '@middy/core'
import type { ConfigClient } from './client.ts'

/**
 * Keeps configuration at most a second old in any Lambda: asks before the handler runs, whatever invokes it. Delays the
 * handler by one read of a small item a second at most, and fails no invocation.
 */
export const freshConfig = (config: Pick<ConfigClient, 'refresh'>): middy.MiddlewareObj => ({
  before: async () => {
    await config.refresh()
  },
})
