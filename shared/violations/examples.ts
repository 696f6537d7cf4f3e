/** One example a route. */
export const violationExamples = {
  listViolations: {
    response: {
      violations: [
        {
          rule: 'api_heavy',
          scope: 'user',
          identifier: 'user-4711',
          count: 318,
          shadow_count: 0,
          first_seen: '2026-02-15T00:02:11.402Z',
          last_seen: '2026-02-15T00:09:58.119Z',
        },
        {
          rule: 'auth_endpoints',
          scope: 'ip',
          identifier: '2001:db8:5:1::/64',
          count: 12,
          shadow_count: 0,
          first_seen: '2026-02-14T23:41:07.033Z',
          last_seen: '2026-02-14T23:41:52.870Z',
        },
      ],
      totals: {
        count: 330,
        shadow_count: 0,
        by_rule: [
          { rule: 'api_heavy', count: 318, shadow_count: 0, identifiers: 1 },
          { rule: 'auth_endpoints', count: 12, shadow_count: 0, identifiers: 1 },
        ],
      },
      complete: true,
    },
  },
  getLimitStatus: {
    query: { identifier: 'user-4711' },
    response: {
      identifier: 'user-4711',
      rules: [
        {
          rule: 'api_heavy',
          scope: 'user',
          mode: 'enforce',
          windows: [{ limit: 20, window_seconds: 60, used: 14, remaining: 6, resets_in_seconds: 35 }],
          override: { multiplier: 2, expires_at: '2026-02-16T00:00:00.000Z' },
        },
      ],
    },
  },
}
