const token = 'q5wJ0Z1mW3l2c0x7aGVhZCI6IlJMI2FwaV9oZWF2eSN1c2VyI3VzZXJfMTIzIn0'

/** One example a route of the limiter. */
export const rateLimitCheckExamples = {
  checkRateLimits: {
    body: { checks: [{ rule: 'api_heavy', identifier: 'user_123', cost: 1 }], peek: false },
    response: {
      allowed: true,
      degraded: false,
      checks: [
        {
          rule: 'api_heavy',
          identifier: 'user_123',
          allowed: true,
          reason: 'admitted',
          shadow_denied: false,
          degraded: false,
          windows: [{ limit: 10, window_seconds: 60, remaining: 9, resets_in_seconds: 63 }],
          refund_token: token,
        },
      ],
      headers: { 'ratelimit-policy': '"api_heavy";q=10;w=60', ratelimit: '"api_heavy";r=9;t=63' },
    },
  },
  refundRateLimit: { body: { refund_token: token }, response: { refunded: true } },
}
