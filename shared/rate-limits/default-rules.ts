import type * as z from 'zod'
import type { RateLimitRule } from './rule.ts'

/** The rules that Midwatch's own routes name. A platform has these unless its definition holds others of the same names. */
export const DEFAULT_RULES: readonly z.input<typeof RateLimitRule>[] = [
  {
    name: 'global_default',
    description: 'Signed-in users and machines, where nothing else is said',
    scope: 'user',
    windows: [{ limit: 1_000, windowSeconds: 60 }],
    exemptRoles: ['superadmin', 'admin'],
  },
  {
    name: 'auth_endpoints',
    description: 'Sign-in, and what strangers have little reason to call often',
    scope: 'ip',
    windows: [{ limit: 20, windowSeconds: 60 }],
  },
  {
    name: 'api_heavy',
    description: 'Calls that cost much',
    scope: 'user',
    windows: [{ limit: 10, windowSeconds: 60 }],
    exemptRoles: ['superadmin'],
  },
  {
    name: 'limit_checks',
    description: 'Services that ask for decisions over HTTP',
    scope: 'user',
    windows: [{ limit: 1_000_000, windowSeconds: 60 }],
    failurePolicy: 'open',
  },
  {
    name: 'flag_evaluations',
    description: 'Services that evaluate flags over HTTP',
    scope: 'user',
    windows: [{ limit: 1_000_000, windowSeconds: 60 }],
    failurePolicy: 'open',
  },
  {
    name: 'public_endpoints',
    description: 'Health, heartbeats and the reference: many callers may share an address',
    scope: 'ip',
    windows: [{ limit: 600, windowSeconds: 60 }],
    // A job that reports has reported, whatever the limiter's store does.
    failurePolicy: 'open',
  },
]
