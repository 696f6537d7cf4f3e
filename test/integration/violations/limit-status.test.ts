import { beforeAll, describe, expect, it } from 'vitest'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { openLimiter } from '../../../shared/rate-limits/open-limiter.ts'
import { automaticBlock, blockStore } from '../../../shared/rate-limits/block-store.ts'
import { overrideIdOf, putOverride } from '../../../shared/rate-limits/change-override.ts'
import { counterKey } from '../../../shared/rate-limits/limiter.ts'
import { LimitSetReader } from '../../../shared/rate-limits/limit-set.ts'
import { overrideStore, overrideWrites } from '../../../shared/rate-limits/override-store.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { limitStatus, type StatusQuestion } from '../../../shared/violations/limit-status.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const NOW = Date.parse('2026-02-15T12:00:00.000Z')
const HOUR_MS = 3_600_000
const effects = manualEffects(NOW)
const started = testTable(manualEffects(NOW, 'immediate'))
const change = { actor: systemPrincipal('test'), now: NOW }

const rules = [
  { name: 'heavy', scope: 'user', windows: [{ limit: 10, windowSeconds: 60 }] },
  {
    name: 'uploads',
    scope: 'user',
    mode: 'shadow',
    windows: [
      { limit: 5, windowSeconds: 1 },
      { limit: 100, windowSeconds: 86_400 },
    ],
  },
  { name: 'logins', scope: 'ip', windows: [{ limit: 20, windowSeconds: 60 }] },
].map((rule) => RateLimitRule.parse({ ...rule, leases: 'off' }))

beforeAll(async () => {
  const { table } = started()
  const options = { table, tableName: TEST_TABLE, rules, effects, budgetMs: 5_000 }
  const limiter = await openLimiter(options)
  for (let n = 0; n < 4; n += 1) await limiter.decide({ rule: 'heavy', identifier: 'ada' })
  await limiter.decide({ rule: 'uploads', identifier: 'ada', cost: 3 })
  await limiter.decide({ rule: 'logins', identifier: '2001:db8::7' })
  await override()
  await block()
})

async function override(): Promise<void> {
  const { table } = started()
  const id = overrideIdOf('heavy', 'user', 'ada')
  const made = { id, rule: 'heavy', scope: 'user', value: 'ada', reason: 'Campaign' } as const
  const named = { ...made, multiplier: 3, expiresAt: NOW + HOUR_MS, createdAt: NOW, createdBy: 'maria' }
  const known = await overrideStore(table, effects).get(id)
  await table.commit(overrideWrites(known, putOverride(known, named), named, change), effects.id())
}

async function block(): Promise<void> {
  const { table } = started()
  const blocks = blockStore(table, effects)
  const request = { scope: 'ip', value: '2001:db8::/32', reason: 'Scraping', rule: 'logins' } as const
  const placed = automaticBlock(await blocks.live(), request, change, effects.id())
  await blocks.commit(placed?.writes ?? [])
}

async function status(question: StatusQuestion) {
  const known = await new LimitSetReader(started().table, rules, effects).current(5_000)
  return limitStatus(started().table, known, question, NOW)
}

describe('the status of a caller', () => {
  it('says how much of each rule is used, with the override that holds', async () => {
    const statuses = await status({ identifier: 'ada' })
    expect(statuses.map(({ rule, standings }) => [rule.name, standings])).toMatchObject([
      ['heavy', [{ limit: 30, windowSeconds: 60, used: 4, remaining: 26 }]],
      [
        'uploads',
        [
          { limit: 5, windowSeconds: 1, used: 3, remaining: 2 },
          { limit: 100, windowSeconds: 86_400, used: 3, remaining: 97 },
        ],
      ],
    ])
    expect(statuses.map((each) => each.override)).toEqual([
      { multiplier: 3, expiresAt: NOW + HOUR_MS },
      undefined,
    ])
  })

  it('says how much is left where nothing was used, and takes nothing', async () => {
    const [only] = await status({ identifier: 'nobody', rule: 'heavy_rule_id' })
    expect(only?.standings).toEqual([{ limit: 10, windowSeconds: 60, used: 0, remaining: 10, resetMs: 0 }])
    const key = counterKey({ name: 'heavy', scope: 'user' }, 'nobody')
    expect(await started().table.get(key)).toBeUndefined()
  })

  it.each(['2001:DB8:0::99', '2001:db8::/64'])(
    'finds the address %s in any spelling, and the block that it is under',
    async (identifier) => {
      const [only, ...others] = await status({ identifier, scope: 'ip' })
      expect(only).toMatchObject({
        standings: [{ used: 1, remaining: 19 }],
        block: { reason: 'Scraping', value: '2001:db8::/32' },
      })
      expect(others).toEqual([])
    },
  )

  it('leaves rules for addresses out when it is asked about something else', async () => {
    const names = (await status({ identifier: 'ada' })).map(({ rule }) => rule.name)
    expect(names).toEqual(['heavy', 'uploads'])
  })

  it('refuses what is no address where only addresses are counted, and rules that do not exist', async () => {
    const wrong = await rejectionOf(() => status({ identifier: 'ada', scope: 'ip' }))
    expect([wrong.code, wrong.fields[0]?.path]).toEqual(['invalid_input', 'query.identifier'])
    expect((await rejectionOf(() => status({ identifier: 'ada', rule: 'none' }))).code).toBe('unknown_rule')
  })
})
