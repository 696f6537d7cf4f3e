import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { BlockBody, OverrideBody, RuleBody, ruleOf } from '../../../shared/rate-limits/schemas.ts'

const faults = (schema: z.ZodType, body: unknown): readonly string[] =>
  (schema.safeParse(body).error?.issues ?? []).map(({ path }) => path.join('.'))

const messages = (schema: z.ZodType, body: unknown): string =>
  (schema.safeParse(body).error?.issues ?? []).map(({ message }) => message).join('; ')

const rule = { scope: 'user', limit: 10, window_seconds: 60 }
const override = {
  rule_id: 'uploads',
  override_type: 'user',
  override_value: 'ada',
  multiplier: 2,
  reason: 'A partner',
}
const block = { scope: 'user', value: 'mallory', reason: 'Scrapes' }

describe('the body of a rule', () => {
  it('has defaults for all but the scope and the windows', () => {
    expect(ruleOf('uploads', RuleBody.parse(rule))).toEqual(
      RateLimitRule.parse({ name: 'uploads', scope: 'user', windows: [{ limit: 10, windowSeconds: 60 }] }),
    )
  })

  it('gives its windows in either form, and everything else in the spelling of the API', () => {
    const body = {
      description: 'Uploads',
      scope: 'ip',
      windows: [
        { limit: 2, window_seconds: 1 },
        { limit: 9, window_seconds: 60 },
      ],
      exempt_roles: ['admin'],
      mode: 'shadow',
      failure_policy: 'closed',
      precision: 'fine',
      leases: 'off',
      auto_block: { violations_per_hour: 5, block_seconds: 600 },
      reason: 'A test',
    }
    expect(ruleOf('uploads', RuleBody.parse(body))).toEqual({
      name: 'uploads',
      description: 'Uploads',
      scope: 'ip',
      windows: [
        { limit: 2, windowSeconds: 1 },
        { limit: 9, windowSeconds: 60 },
      ],
      exemptRoles: ['admin'],
      mode: 'shadow',
      failurePolicy: 'closed',
      precision: 'fine',
      leases: 'off',
      autoBlock: { violationsPerHour: 5, blockSeconds: 600 },
    })
  })

  it.each<[string, object, string[]]>([
    ['a window of 0', { ...rule, window_seconds: 0 }, ['window_seconds']],
    ['a limit of 0', { ...rule, limit: 0 }, ['limit']],
    ['half a window', { ...rule, window_seconds: 0.5 }, ['window_seconds']],
    ['a window of more than a month', { ...rule, window_seconds: 31 * 86_400 + 1 }, ['window_seconds']],
    ['no window', { scope: 'user' }, ['windows']],
    ['a limit without its window', { scope: 'user', limit: 1 }, ['window_seconds']],
    ['a window without its limit', { scope: 'user', window_seconds: 1 }, ['limit']],
    ['both forms', { ...rule, windows: [{ limit: 1, window_seconds: 1 }] }, ['windows']],
    [
      'half of one form beside the other',
      { scope: 'user', limit: 1, windows: [{ limit: 1, window_seconds: 1 }] },
      ['windows'],
    ],
    ['an empty list of windows', { scope: 'user', windows: [] }, ['windows']],
    [
      'a window of 0 in a list',
      { scope: 'user', windows: [{ limit: 1, window_seconds: 0 }] },
      ['windows.0.window_seconds'],
    ],
    [
      'two windows of the same length',
      { scope: 'user', windows: [1, 2].map((limit) => ({ limit, window_seconds: 60 })) },
      ['windows'],
    ],
    [
      'three fine windows',
      { scope: 'user', precision: 'fine', windows: [1, 2, 3].map((n) => ({ limit: n, window_seconds: n })) },
      ['windows'],
    ],
    [
      'a block of less than a minute',
      { ...rule, auto_block: { violations_per_hour: 1, block_seconds: 59 } },
      ['auto_block.block_seconds'],
    ],
    [
      'words that mean nothing',
      { ...rule, mode: 'off', failure_policy: 'maybe', scope: 'planet' },
      ['scope', 'mode', 'failure_policy'],
    ],
    ['an empty reason', { ...rule, reason: ' ' }, ['reason']],
  ])('is refused for %s, and the field is named as it was sent', (_what, body, paths) => {
    expect(faults(RuleBody, body)).toEqual(paths)
  })

  it('that has no whole window makes a rule that nobody accepts', () => {
    const { limit: _limit, ...rest } = RuleBody.parse(rule)
    for (const body of [rest, { ...rest, limit: 1, window_seconds: undefined }]) {
      expect(RateLimitRule.safeParse(ruleOf('uploads', body)).success).toBe(false)
    }
  })

  it('that is accepted always makes a rule', () => {
    const window = fc.record({
      limit: fc.integer({ min: -1, max: 5 }),
      window_seconds: fc.integer({ min: 0, max: 4 }),
    })
    const any = fc.record(
      {
        scope: fc.constantFrom('user', 'ip', 'nobody'),
        limit: fc.integer({ min: -1, max: 3 }),
        window_seconds: fc.integer({ min: -1, max: 3 }),
        windows: fc.array(window, { maxLength: 5 }),
        precision: fc.constantFrom('standard', 'fine'),
      },
      { requiredKeys: ['scope'] },
    )
    fc.assert(
      fc.property(any, (body) => {
        const parsed = RuleBody.safeParse(body)
        fc.pre(parsed.success)
        const isWhole = (body.limit === undefined) === (body.window_seconds === undefined)
        const forms = [body.limit, body.windows].filter((form) => form !== undefined)
        expect(isWhole && forms.length === 1).toBe(true)
        expect(RateLimitRule.safeParse(ruleOf('rule', parsed.data)).success).toBe(true)
      }),
    )
  })
})

describe('the body of an override', () => {
  it('holds a multiplier or an exemption', () => {
    const { multiplier: _multiplier, ...rest } = override
    expect(faults(OverrideBody, override)).toEqual([])
    expect(faults(OverrideBody, { ...rest, exempt: true })).toEqual([])
    expect(faults(OverrideBody, rest)).toEqual(['multiplier'])
    expect(faults(OverrideBody, { ...override, exempt: true })).toEqual(['multiplier'])
  })

  it.each<[object, string]>([
    [{ multiplier: 0 }, 'multiplier'],
    [{ multiplier: -1 }, 'multiplier'],
    [{ multiplier: 1_000.5 }, 'multiplier'],
    [{ multiplier: '2' }, 'multiplier'],
    [{ multiplier: Number.NaN }, 'multiplier'],
    [{ multiplier: Number.POSITIVE_INFINITY }, 'multiplier'],
    [{ exempt: false }, 'exempt'],
    [{ exempt: 'yes' }, 'exempt'],
    [{ override_value: '' }, 'override_value'],
    [{ override_value: 'x'.repeat(257) }, 'override_value'],
    [{ override_value: 'a\u0000b' }, 'override_value'],
    [{ override_type: 'planet' }, 'override_type'],
    [{ rule_id: '' }, 'rule_id'],
    [{ reason: '' }, 'reason'],
    [{ reason: undefined }, 'reason'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: '2026-02-30T00:00:00Z' }, 'expires_at'],
  ])('is refused with %j', (part, path) => {
    expect(faults(OverrideBody, { ...override, ...part })).toEqual([path])
  })

  it('says what an exemption may be', () => {
    expect(messages(OverrideBody, { ...override, exempt: false })).toContain('must be true, or left out')
  })
})

describe('the body of a block', () => {
  it('has one end at most', () => {
    const ends = [{}, { duration_seconds: 60 }, { expires_at: '2026-02-15T12:00:00+01:00' }]
    for (const end of ends) expect(faults(BlockBody, { ...block, ...end })).toEqual([])
    expect(faults(BlockBody, { ...block, ...ends[1], ...ends[2] })).toEqual(['duration_seconds'])
  })

  it.each<[object, string]>([
    [{ scope: 'route' }, 'scope'],
    [{ value: '' }, 'value'],
    [{ value: 7 }, 'value'],
    [{ reason: ' ' }, 'reason'],
    [{ duration_seconds: 0 }, 'duration_seconds'],
    [{ duration_seconds: -1 }, 'duration_seconds'],
    [{ duration_seconds: 1.5 }, 'duration_seconds'],
    [{ duration_seconds: 367 * 86_400 }, 'duration_seconds'],
  ])('is refused with %j', (part, path) => {
    expect(faults(BlockBody, { ...block, ...part })).toEqual([path])
  })
})
