import { describe, expect, it } from 'vitest'
import type { Key } from '../../../shared/kernel/table/types.ts'
import type { UpdateCounter } from '../../../shared/kernel/table/counters.ts'
import { EMPTY_IMAGE, isSpread, SPREAD_UNTIL, spreadUntil } from '../../../shared/rate-limits/counter.ts'
import { counterKey } from '../../../shared/rate-limits/limiter.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import {
  isEnding,
  mayAdmit,
  maySpread,
  shardKey,
  SHARDS,
  shardWindows,
  spreadUpdate,
} from '../../../shared/rate-limits/sharding.ts'
import { bucketStart, shapeOf } from '../../../shared/rate-limits/windows.ts'
import { limiterLab, type LabLimiter } from '../../support/limiter-lab.ts'
import { peakOf, type LoggedAdmission } from '../../support/sliding-log.ts'

const LIMIT = 8_000
const WINDOW_SECONDS = 10
const rule = RateLimitRule.parse({
  name: 'hot',
  scope: 'route',
  windows: [{ limit: LIMIT, windowSeconds: WINDOW_SECONDS }],
  leases: 'off',
  failurePolicy: 'closed',
})
const [window = { limit: 0, windowSeconds: 1 }] = rule.windows
const shape = shapeOf(window, 'standard')
const KEY = counterKey(rule, 'everybody')
const MINUTE_MS = 60_000

/** A store that takes few writes a second for each partition key. */
function throttledBeyond(writesASecond: number, now: () => number) {
  const seen = new Map<string, { second: number; writes: number }>()
  return (send: UpdateCounter): UpdateCounter =>
    async (update) => {
      const second = Math.floor(now() / 1_000)
      const last = seen.get(update.key.pk)
      const writes = last?.second === second ? last.writes + 1 : 1
      seen.set(update.key.pk, { second, writes })
      if (writes <= writesASecond) return send(update)
      throw Object.assign(new Error('Too much for one key.'), {
        name: 'ProvisionedThroughputExceededException',
      })
    }
}

function hotLab() {
  const clock = { now: () => 0 }
  const lab = limiterLab({
    rules: [rule],
    skewsMs: [0, 400, -400, 150, -150, 30],
    between: throttledBeyond(100, () => clock.now()),
  })
  clock.now = lab.now
  const log: LoggedAdmission[] = []
  const degraded = { count: 0 }
  const askOnce = async (limiter: LabLimiter, cost: number) => {
    const decision = await limiter.decide({ rule: 'hot', identifier: 'everybody', cost })
    if (decision.degraded) degraded.count += 1
    const [bucket] = Object.values(decision.admission?.buckets ?? {})
    if (bucket === undefined) return decision
    log.push({ at: Math.max(limiter.now(), bucketStart(shape, bucket)), cost, limit: LIMIT })
    return decision
  }
  /** All limiters ask for some seconds, every 50 ms. */
  const load = async (seconds: number, cost: number) => {
    for (let step = 0; step < seconds * 20; step += 1) {
      for (const limiter of lab.limiters) await askOnce(limiter, cost)
      lab.advance(50)
    }
  }
  const itemAt = (key: Key) => lab.store.itemAt(key)
  return { ...lab, load, askOnce, itemAt, log, degraded }
}

describe('a counter that is throttled', () => {
  it('is spread over shards, and admits no more than its limit before, while and after', async () => {
    const { load, itemAt, log, advance, limiters, askOnce } = hotLab()
    await load(30, 60)
    expect(itemAt(KEY).numbers[SPREAD_UNTIL]).toBeGreaterThan(0)
    const used = Array.from({ length: SHARDS }, (_, shard) => itemAt(shardKey(KEY, shard)).numbers)
    expect(used.filter((numbers) => Object.keys(numbers).length > 0).length).toBeGreaterThan(2)
    expect(peakOf(log, WINDOW_SECONDS * 1_000)).toMatchObject({ overAdmissions: 0 })
    expect(log.reduce((sum, { cost }) => sum + cost, 0)).toBeGreaterThan(2 * LIMIT)

    advance(30 * MINUTE_MS)
    const [limiter] = limiters
    if (limiter === undefined) throw new Error('There is no limiter.')
    expect(await askOnce(limiter, 1)).toMatchObject({ allowed: true, degraded: false })
    expect(itemAt(KEY).numbers).not.toHaveProperty(SPREAD_UNTIL)
    expect(peakOf(log, WINDOW_SECONDS * 1_000)).toMatchObject({ overAdmissions: 0 })
  })

  it('stays spread while it is used, without a gap', async () => {
    const { load, itemAt, log, degraded, advance, now } = hotLab()
    await load(3, 60)
    const first = itemAt(KEY).numbers[SPREAD_UNTIL] ?? 0
    advance(9.5 * MINUTE_MS)
    await load(2, 1)
    expect(itemAt(KEY).numbers[SPREAD_UNTIL]).toBeGreaterThan(first)
    const second = itemAt(KEY).numbers[SPREAD_UNTIL] ?? 0
    advance(second - now() + 10_000)
    degraded.count = 0
    await load(2, 1)
    expect(itemAt(KEY).numbers[SPREAD_UNTIL]).toBeGreaterThan(second)
    expect(degraded.count).toBe(0)
    expect(peakOf(log, WINDOW_SECONDS * 1_000)).toMatchObject({ overAdmissions: 0 })
  })

  it('refuses more than a part of it until it counts by itself again, and is not kept spread by that', async () => {
    const { load, askOnce, limiters, advance } = hotLab()
    await load(3, 60)
    advance(2 * WINDOW_SECONDS * 1_000)
    const [limiter] = limiters
    if (limiter === undefined) throw new Error('There is no limiter.')
    const ask = () => askOnce(limiter, LIMIT / SHARDS + 1)
    const { reason, retryAfterMs = 0 } = await ask()
    expect(reason).toBe('limit_reached')
    for (let asked = 1; asked < 4; asked += 1) {
      advance(retryAfterMs / 4)
      expect((await ask()).allowed).toBe(false)
    }
    advance(retryAfterMs / 4)
    expect((await ask()).allowed).toBe(true)
  })

  it('denies in terms of the whole limit', async () => {
    const { load, askOnce, limiters } = hotLab()
    await load(12, 60)
    const [limiter] = limiters
    if (limiter === undefined) throw new Error('There is no limiter.')
    const decision = await askOnce(limiter, 1_000)
    expect(decision).toMatchObject({ allowed: false, reason: 'limit_reached', standings: [{ limit: LIMIT }] })
    expect(decision.retryAfterMs).toBeGreaterThan(0)
  })
})

const image = (until: number) => ({ numbers: { [SPREAD_UNTIL]: until }, texts: {} })

describe('spreading', () => {
  it('is only for limits of which a part is still of use', () => {
    expect(maySpread(rule)).toBe(true)
    expect(maySpread({ ...rule, windows: [...rule.windows, { limit: 7_999, windowSeconds: 60 }] })).toBe(
      false,
    )
  })

  it('closes a counter until two windows after its shards have ended', () => {
    expect(isSpread(rule.windows, EMPTY_IMAGE, 0)).toBe(false)
    expect(isSpread(rule.windows, image(1_000_000), 1_000_000 + 24_999)).toBe(true)
    expect(isSpread(rule.windows, image(1_000_000), 1_000_000 + 25_000)).toBe(false)
    expect(mayAdmit(image(1_000), 999)).toBe(true)
    expect(mayAdmit(image(1_000), 1_000)).toBe(false)
    expect(isEnding(image(100_000), 39_999)).toBe(false)
    expect(isEnding(image(100_000), 40_000)).toBe(true)
  })

  it('is done once: whoever saw another state is refused', () => {
    const update = spreadUpdate(KEY, rule, image(5), 1_000)
    expect(update).toMatchObject({ add: {}, atMost: { [SPREAD_UNTIL]: 5 }, set: { [SPREAD_UNTIL]: 601_000 } })
    expect(spreadUpdate(KEY, rule, EMPTY_IMAGE, 1_000).atMost).toEqual({ [SPREAD_UNTIL]: -1 })
    expect(spreadUntil(EMPTY_IMAGE)).toBe(-1)
  })

  it('does not make a counter with an override garbage', () => {
    const text = JSON.stringify({ multiplier: 2 })
    expect(spreadUpdate(KEY, rule, { numbers: {}, texts: { ov: text } }, 0).set).not.toHaveProperty(
      'expiresAt',
    )
    expect(spreadUpdate(KEY, rule, EMPTY_IMAGE, 0).set).toHaveProperty('expiresAt')
  })

  it('gives each shard a partition of its own, and an equal part of what is left', () => {
    const keys = Array.from({ length: SHARDS }, (_, shard) => shardKey(KEY, shard).pk)
    expect(new Set([KEY.pk, ...keys]).size).toBe(SHARDS + 1)
    expect(keys.every((key) => key.startsWith('RL#~'))).toBe(true)
    expect(shardWindows(rule, EMPTY_IMAGE, 0)).toEqual([
      { limit: LIMIT / SHARDS, windowSeconds: WINDOW_SECONDS },
    ])
  })
})
