import { describe, expect, it } from 'vitest'
import {
  endOverride,
  isExpired,
  overrideIdOf,
  overrideView,
  putOverride,
} from '../../../shared/rate-limits/change-override.ts'

const override = {
  id: overrideIdOf('uploads', 'user', 'ada'),
  rule: 'uploads',
  scope: 'user',
  value: 'ada',
  multiplier: 2,
  reason: 'A partner',
  createdAt: 0,
  createdBy: 'grace',
} as const

describe('the id of an override', () => {
  it('follows from the rule and the caller, and tells every two apart', () => {
    expect(override.id).toMatch(/^uploads-[0-9a-f]{16}$/)
    expect(overrideIdOf('uploads', 'user', 'ada')).toBe(override.id)
    const others = [
      overrideIdOf('uploads', 'user', 'Ada'),
      overrideIdOf('uploads', 'api_key', 'ada'),
      overrideIdOf('uploads', 'user', '","ada'),
      overrideIdOf('downloads', 'user', 'ada'),
    ]
    expect(new Set([override.id, ...others]).size).toBe(5)
  })
})

describe('an override', () => {
  it('is created once, and replaced from then on', () => {
    const first = putOverride({ override: undefined, version: 0 }, override)
    expect(first).toEqual({ next: { override, version: 1 }, action: 'rate-limit-override.created' })
    const second = putOverride(first.next, { ...override, multiplier: 3 })
    expect(second).toMatchObject({
      next: { override: { multiplier: 3 }, version: 2 },
      action: 'rate-limit-override.replaced',
    })
  })

  it('is gone when somebody has removed it, and stays on show when it has expired; its version goes on', () => {
    const known = { override, version: 4 }
    expect(endOverride(known, 'removed')).toEqual({
      next: { override: undefined, version: 5 },
      action: 'rate-limit-override.removed',
    })
    expect(endOverride(known, 'expired')).toEqual({
      next: { override, version: 5 },
      action: 'rate-limit-override.expired',
    })
  })

  it('has expired from its end on', () => {
    expect([9, 10, 11].map((now) => isExpired({ expiresAt: 10 }, now))).toEqual([false, true, true])
    expect(isExpired({}, Number.MAX_SAFE_INTEGER)).toBe(false)
  })

  it('is shown in the words of the API', () => {
    expect(overrideView(override, 1, 0)).toEqual({
      id: override.id,
      rule_id: 'uploads',
      override_type: 'user',
      override_value: 'ada',
      multiplier: 2,
      reason: 'A partner',
      state: 'active',
      created_at: '1970-01-01T00:00:00.000Z',
      created_by: 'grace',
      version: 1,
    })
    const { multiplier: _multiplier, ...rest } = override
    const view = overrideView({ ...rest, exempt: true, expiresAt: 1_000 }, 2, 1_000)
    expect(view).toMatchObject({ exempt: true, state: 'expired', expires_at: '1970-01-01T00:00:01.000Z' })
    expect(view).not.toHaveProperty('multiplier')
  })
})
