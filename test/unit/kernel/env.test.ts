import { describe, expect, it } from 'vitest'
import { readEnv, required } from '../../../shared/kernel/env.ts'

describe('the environment', () => {
  it('has a default for all but the table', () => {
    const source = { MIDWATCH_TABLE: 'midwatch', DATABASE_URL: 'postgres://x' }
    expect(readEnv(source)).toEqual({
      MIDWATCH_TABLE: 'midwatch',
      MIDWATCH_PLATFORM: 'second-watch-network',
      MIDWATCH_VERSION: '0.0.0',
      MIDWATCH_TICK_SECONDS: 60,
      MIDWATCH_VANTAGE: 'public',
      MIDWATCH_LIMITER_BUDGET_MS: 50,
      AWS_REGION: 'us-east-1',
      settings: source,
    })
  })

  it('names each missing and each wrong variable', () => {
    const wrong = { MIDWATCH_TICK_SECONDS: 'often', MIDWATCH_VANTAGE: 'moon' }
    expect(() => readEnv(wrong)).toThrow(/MIDWATCH_TABLE[^]*MIDWATCH_TICK_SECONDS[^]*MIDWATCH_VANTAGE/)
  })

  it.each(['0', '61', '1.5', ''])('refuses a tick of %j seconds', (seconds) => {
    expect(() => readEnv({ MIDWATCH_TABLE: 'x', MIDWATCH_TICK_SECONDS: seconds })).toThrow('TICK_SECONDS')
  })

  it('says which setting a function lacks', () => {
    const env = readEnv({ MIDWATCH_TABLE: 'midwatch' })
    expect(required(env, 'MIDWATCH_TABLE')).toBe('midwatch')
    expect(() => required(env, 'MIDWATCH_AUDIT_BUCKET')).toThrow(
      'The environment variable MIDWATCH_AUDIT_BUCKET is not set.',
    )
  })

  it('is that of the process unless a test says otherwise', () => {
    expect(() => readEnv()).toThrow('MIDWATCH_TABLE')
  })
})
