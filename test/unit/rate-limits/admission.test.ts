import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openCounters, type CounterItem, type CounterUpdate } from '../../../shared/kernel/table/counters.ts'
import {
  admissionBuckets,
  admissionUpdate,
  debtUpdate,
  expiryOf,
  refundUpdate,
  type Buckets,
} from '../../../shared/rate-limits/admission.ts'
import { EMPTY_IMAGE, roomIn, shapesOf, usedIn } from '../../../shared/rate-limits/counter.ts'
import { admittedIn } from '../../../shared/rate-limits/memory-counter.ts'
import { writeOverride } from '../../../shared/rate-limits/override.ts'
import type { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import {
  bucketAt,
  bucketStart,
  counterName,
  fenceName,
  shapeOf,
} from '../../../shared/rate-limits/windows.ts'
import { admit, KEY, record, ruleWith, updated } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const windows = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([limit, windowSeconds]) => ({ limit, windowSeconds }))
const overriddenBy = (text: string): CounterItem => ({ numbers: {}, texts: { ov: text } })
const precisions = fc.constantFrom('standard' as const, 'fine' as const)

describe('containers whose clocks differ, and who know old images of the item', () => {
  const attempts = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.nat(60), fc.nat(1_500)),
      container: fc.nat(3),
      cost: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 20, maxLength: 120, size: 'max' },
  )
  type Attempts = typeof attempts extends fc.Arbitrary<infer A> ? A : never
  /** In a window of 1 s, up to five buckets apart. */
  const SKEWS_MS = [0, -90, -400, 0]

  /** Each container decides by the item as it last saw it. Returns what was admitted, in which buckets. */
  function compete(rule: RateLimitRule, asked: Attempts) {
    const shapes = shapesOf(rule, undefined)
    const images = SKEWS_MS.map(() => EMPTY_IMAGE)
    const log: { readonly cost: number; readonly buckets: Buckets }[] = []
    let item = EMPTY_IMAGE
    let trueMs = START_MS
    for (const { afterMs, container, cost } of asked) {
      trueMs += afterMs
      const now = trueMs + (SKEWS_MS[container] ?? 0)
      const image = images[container] ?? EMPTY_IMAGE
      const outcome = admit(rule, item, now, { cost, image })
      if (outcome.applied) log.push({ cost, buckets: admissionBuckets(shapes, image, now) })
      item = outcome.item
      images[container] = outcome.item
    }
    return log
  }

  /** The most that was admitted in a bucket and as many before it as the window has. */
  function mostIn(log: ReturnType<typeof compete>, windowIndex: number, buckets: number): number {
    const entries = log.map(({ cost, buckets }) => ({
      cost,
      bucket: Object.values(buckets)[windowIndex] ?? 0,
    }))
    const sums = entries.map(({ bucket: last }) =>
      entries.reduce(
        (sum, { cost, bucket }) => (bucket <= last && bucket >= last - buckets ? sum + cost : sum),
        0,
      ),
    )
    return Math.max(0, ...sums)
  }

  test('admit no more than the limit in a bucket and those of the window before it', () => {
    const rules = precisions.map((precision) => ruleWith({ precision, windows: windows([6, 1], [9, 3]) }))
    fc.assert(
      fc.property(rules, attempts, (rule, asked) => {
        const log = compete(rule, asked)
        shapesOf(rule, undefined).forEach(({ limit, buckets }, index) => {
          expect(mostIn(log, index, buckets)).toBeLessThanOrEqual(limit)
        })
      }),
      { numRuns: 40 },
    )
  })

  test('never write to a bucket that somebody has left behind', () => {
    fc.assert(
      fc.property(attempts, (asked) => {
        const log = compete(ruleWith({ windows: windows([1_000, 1]) }), asked)
        const written = log.map(({ buckets }) => buckets[0] ?? 0)
        expect(written).toEqual(written.toSorted((left, right) => left - right))
      }),
    )
  })
})

describe('an admission', () => {
  const rule = ruleWith({ windows: windows([5, 60], [50, 3_600]) })
  const shapes = shapesOf(rule, undefined)

  test('takes from every window, while each of them has room', () => {
    const first = admit(rule, EMPTY_IMAGE, START_MS, { cost: 3 })
    expect(first.applied).toBe(true)
    for (const shape of shapes) expect(usedIn(shape, first.item, bucketAt(shape, START_MS))).toBe(3)
    expect(admit(rule, first.item, START_MS, { cost: 3 })).toEqual({ applied: false, item: first.item })
    expect(admit(rule, first.item, START_MS, { cost: 2 }).applied).toBe(true)
  })

  test('is counted in the buckets that it says', () => {
    const { item } = admit(rule, EMPTY_IMAGE, START_MS)
    const buckets = Object.fromEntries(shapes.map((shape) => [shape.prefix, bucketAt(shape, START_MS)]))
    expect(admissionBuckets(shapes, EMPTY_IMAGE, START_MS)).toEqual(buckets)
    expect(admissionBuckets(shapes, item, START_MS - 30_000)).toEqual(buckets)
  })

  test('that costs more than the limit is refused, and shows the override that may allow it', () => {
    const item = overriddenBy(writeOverride({ multiplier: 2 }))
    const refused = admit(rule, item, START_MS, { cost: 6, image: EMPTY_IMAGE })
    expect(refused).toEqual({ applied: false, item })
    expect(admit(rule, refused.item, START_MS, { cost: 6 }).applied).toBe(true)
    expect(admit(rule, EMPTY_IMAGE, START_MS, { cost: 6 }).applied).toBe(false)
  })

  test('by an override that was changed or withdrawn in the meantime is refused', () => {
    const image = overriddenBy(writeOverride({ multiplier: 2 }))
    for (const item of [EMPTY_IMAGE, overriddenBy(writeOverride({ multiplier: 3 }))])
      expect(admit(rule, item, START_MS, { image })).toEqual({ applied: false, item })
    expect(admit(rule, image, START_MS, { image: EMPTY_IMAGE }).applied).toBe(false)
  })
})

describe('a counter whose shards count in its place', () => {
  const untilMs = START_MS + 10_000
  /** Two windows of a minute after the shards have ended, and what clocks may differ by. */
  const openMs = untilMs + 120_000 + 5_000
  const closed: CounterItem = { numbers: { sh: untilMs }, texts: {} }

  test('admits nothing, whether the container that asks knows of them or not', () => {
    for (const image of [closed, EMPTY_IMAGE]) {
      for (const now of [START_MS, untilMs, openMs - 1])
        expect(admit(ruleWith(), closed, now, { image })).toEqual({ applied: false, item: closed })
    }
  })

  test('is opened by the first admission after what they admitted is over', () => {
    const opened = admit(ruleWith(), closed, openMs)
    expect(opened.applied).toBe(true)
    expect(opened.item.numbers).not.toHaveProperty('sh')
    expect(admit(ruleWith(), opened.item, openMs).applied).toBe(true)
  })

  test('is not opened by a container that does not know that it was closed once more', () => {
    const again: CounterItem = { numbers: { sh: openMs + 10_000 }, texts: {} }
    expect(admit(ruleWith(), again, openMs, { image: closed })).toEqual({ applied: false, item: again })
  })
})

describe('garbage', () => {
  test('an item is kept for two windows and an hour after its last admission', () => {
    const shapes = shapesOf(ruleWith({ windows: windows([5, 1], [50, 3_600]) }), undefined)
    expect(expiryOf(shapes, START_MS)).toBe(START_MS / 1000 + 2 * 3_600 + 3_600)
    expect(expiryOf(shapes, START_MS + 1)).toBe(START_MS / 1000 + 2 * 3_600 + 3_600 + 1)
    const { item } = admit(ruleWith(), EMPTY_IMAGE, START_MS)
    expect(item.numbers['expiresAt']).toBe(START_MS / 1000 + 2 * 60 + 3_600)
  })

  test('an item with an override is kept until the override has ended', () => {
    const item = overriddenBy(writeOverride({ multiplier: 2, expiresAt: START_MS + 1_000 }))
    const held = admit(ruleWith(), item, START_MS)
    expect(held.item.numbers).not.toHaveProperty('expiresAt')
    expect(admit(ruleWith(), held.item, START_MS + 1_000).item.numbers).toHaveProperty('expiresAt')
  })

  test('an item holds the counters of its windows and nothing older, however long it is used', () => {
    const rules = precisions.map((precision) =>
      ruleWith({ precision, windows: windows([1_000, 1], [9_000, 7]) }),
    )
    fc.assert(
      fc.property(rules, fc.array(fc.nat(9_000), { minLength: 1, maxLength: 40 }), (rule, gapsMs) => {
        let item = EMPTY_IMAGE
        let now = START_MS
        for (const gapMs of gapsMs) {
          now += gapMs
          const outcome = admit(rule, item, now)
          expect(outcome.applied).toBe(true)
          item = outcome.item
        }
        // One admission removes as much as another one has left.
        item = admit(rule, item, now).item
        const names = shapesOf(rule, undefined).flatMap((shape) => {
          const bucket = bucketAt(shape, now)
          const counted = Array.from({ length: shape.buckets + 1 }, (_, back) =>
            counterName(shape, bucket - back),
          )
          return [...counted, fenceName(shape)]
        })
        expect(new Set(Object.keys(item.numbers))).toEqual(new Set([...names, 'expiresAt']))
      }),
      { numRuns: 40 },
    )
  })

  test('windows that a rule no longer has go too', () => {
    const { item } = admit(ruleWith({ windows: windows([5, 10], [50, 20]) }), EMPTY_IMAGE, START_MS)
    const later = admit(ruleWith({ precision: 'fine' }), item, START_MS + 60_000)
    expect(Object.keys(later.item.numbers).filter((name) => /^k?S/.test(name))).toEqual([])
  })
})

describe('a debt', () => {
  const rule = ruleWith({ windows: windows([5, 60], [50, 3_600]) })
  const shapes = shapesOf(rule, undefined)
  const owedSince = (at: number, cost: number) =>
    admittedIn(shapes, EMPTY_IMAGE, cost, admissionBuckets(shapes, EMPTY_IMAGE, at), at)

  test('is recorded whether there is room for it or not', () => {
    const { item } = admit(rule, EMPTY_IMAGE, START_MS, { cost: 5 })
    const recorded = record(rule, item, owedSince(START_MS, 2), START_MS)
    expect(recorded.applied).toBe(true)
    expect(roomIn(shapes, recorded.item, START_MS)).toBe(-2)
  })

  test('counts from when it was admitted: later on it is as if the store had admitted it itself', () => {
    fc.assert(
      fc.property(fc.nat(70_000), fc.nat(70_000), (recordedMs, laterMs) => {
        const { item: stored } = admit(rule, EMPTY_IMAGE, START_MS, { cost: 3 })
        const { item } = record(rule, EMPTY_IMAGE, owedSince(START_MS, 3), START_MS + recordedMs)
        for (const shape of shapes) {
          const bucket = bucketAt(shape, START_MS + recordedMs + laterMs)
          expect(usedIn(shape, item, bucket)).toBe(usedIn(shape, stored, bucket))
        }
      }),
    )
  })

  test('goes to nobody who has a newer bucket closed, nor under another override', () => {
    const { item } = admit(rule, EMPTY_IMAGE, START_MS + 60_000)
    const owed = owedSince(START_MS, 2)
    const old = debtUpdate(KEY, shapes, EMPTY_IMAGE, owed, START_MS)
    expect(updated(old, item).applied).toBe(false)
    expect(updated(old, overriddenBy(writeOverride({ multiplier: 2 }))).applied).toBe(false)
  })
})

describe('a refund', () => {
  const rule = ruleWith({ windows: windows([5, 1], [50, 60]) })
  const shapes = shapesOf(rule, undefined)
  const admissionAt = (now: number, cost: number) => ({
    key: KEY,
    cost,
    buckets: admissionBuckets(shapes, EMPTY_IMAGE, now),
  })
  const refund = (item: CounterItem, now: number, admittedAt: number, cost: number) => {
    const update = refundUpdate(admissionAt(admittedAt, cost), shapes, now)
    return update === undefined ? undefined : updated(update, item)
  }

  test('leaves the use of every later moment as if nothing had been admitted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 4 }), fc.nat(1_200), (gapsMs, laterMs) => {
        let without = EMPTY_IMAGE
        let item = admit(rule, EMPTY_IMAGE, START_MS, { cost: 1 }).item
        let now = START_MS
        for (const gapMs of gapsMs) {
          now += gapMs
          without = admit(rule, without, now).item
          item = admit(rule, item, now).item
        }
        const refunded = refund(item, now, START_MS, 1)
        for (const shape of shapes) {
          const bucket = bucketAt(shape, now + laterMs)
          expect(usedIn(shape, refunded?.item ?? item, bucket)).toBe(usedIn(shape, without, bucket))
        }
      }),
    )
  })

  test('never leaves a counter below zero: what was not counted is not given back', () => {
    const { item } = admit(rule, EMPTY_IMAGE, START_MS, { cost: 2 })
    expect(refund(item, START_MS, START_MS, 3)).toEqual({ applied: false, item })
    expect(refund(EMPTY_IMAGE, START_MS, START_MS, 1)?.applied).toBe(false)
    const once = refund(item, START_MS, START_MS, 2)
    expect(once?.applied).toBe(true)
    expect(refund(once?.item ?? item, START_MS, START_MS, 2)?.applied).toBe(false)
  })

  test('reaches only the windows that still count the admission', () => {
    const [short, long] = shapes
    if (short === undefined || long === undefined) throw new Error('The rule has two windows.')
    const overMs = bucketStart(short, bucketAt(short, START_MS) + short.buckets + 1)
    const update = refundUpdate(admissionAt(START_MS, 1), shapes, overMs)
    const names = Object.keys(update?.add ?? {})
    expect(names).not.toHaveLength(0)
    expect(names.every((name) => name.startsWith(long.prefix))).toBe(true)
  })

  test('reaches no window that the rule did not have when it was admitted', () => {
    const other = shapesOf(ruleWith({ windows: windows([5, 1], [50, 61]) }), undefined)
    const names = Object.keys(refundUpdate(admissionAt(START_MS, 1), other, START_MS)?.add ?? {})
    expect(names).toHaveLength(13)
    expect(names.every((name) => name.startsWith(other[0]?.prefix ?? ''))).toBe(true)
  })

  test('is nothing once no window counts the admission any more', () => {
    const last = shapes.map((shape) => bucketStart(shape, bucketAt(shape, START_MS) + shape.buckets + 1))
    expect(refund(EMPTY_IMAGE, Math.max(...last), START_MS, 1)).toBeUndefined()
    expect(refund(EMPTY_IMAGE, Math.max(...last) - 1, START_MS, 1)).toBeDefined()
  })

  test('of an admission that knows no bucket of a window leaves that window alone', () => {
    expect(refundUpdate({ key: KEY, cost: 1, buckets: {} }, shapes, START_MS)).toBeUndefined()
  })
})

/** The strings of an update as they would go over the wire. */
async function sent(
  update: CounterUpdate,
): Promise<{ UpdateExpression: string; ConditionExpression: string }> {
  const inputs: unknown[] = []
  const client = new DynamoDBClient({ region: 'eu-west-1' })
  client.middlewareStack.add(
    () => (request) => {
      inputs.push(request.input)
      return Promise.resolve({ output: { $metadata: {} }, response: undefined })
    },
    { step: 'initialize' },
  )
  await openCounters(client, 'midwatch')(update)
  return inputs[0] as Awaited<ReturnType<typeof sent>>
}

/** The attributes that other windows have left behind, the longest names first. */
function leftBehind(count: number): CounterItem {
  const old = shapeOf({ limit: 1, windowSeconds: 1 }, 'fine')
  const bucket = bucketAt(old, START_MS) - 1_000
  const names = Array.from({ length: count }, (_, index) => counterName(old, bucket - index))
  return { numbers: Object.fromEntries(names.map((name) => [name, 1])), texts: {} }
}

/** In one expression (Amazon DynamoDB, expression limits). */
const MAX_OPERATORS = 300
const LARGEST = 100_000_000
const bytes = (text: string) => Buffer.byteLength(text)

describe('what DynamoDB is sent', () => {
  test('expressions stay within 4 KB and 300 operators for the largest rules that there may be', async () => {
    const largest = [
      ruleWith({ precision: 'fine', windows: windows([100_000_000, 1], [99_999_999, 2]) }),
      ruleWith({
        windows: windows([100_000_000, 1], [99_999_999, 2], [99_999_998, 3], [99_999_997, 2_678_400]),
      }),
    ]
    for (const rule of largest) {
      const update = admissionUpdate(KEY, shapesOf(rule, undefined), leftBehind(200), LARGEST, START_MS)
      expect(update.remove.length).toBeGreaterThanOrEqual(Object.keys(update.add).length)
      const actions = [update.add, update.set].flatMap((part) => Object.keys(part)).concat(update.remove)
      expect(actions.length).toBeLessThanOrEqual(MAX_OPERATORS)
      const { UpdateExpression, ConditionExpression } = await sent(update)
      expect(bytes(UpdateExpression)).toBeLessThanOrEqual(4_096)
      expect(bytes(ConditionExpression)).toBeLessThanOrEqual(4_096)
    }
  })

  test('a refund of the largest rule stays within 4 KB as well', async () => {
    const shapes = shapesOf(
      ruleWith({ precision: 'fine', windows: windows([100_000_000, 1], [99_999_999, 2]) }),
      undefined,
    )
    const buckets = admissionBuckets(shapes, EMPTY_IMAGE, START_MS)
    const update = refundUpdate({ key: KEY, cost: 1_000_000, buckets }, shapes, START_MS)
    if (update === undefined) throw new Error('The admission was just made.')
    const { UpdateExpression, ConditionExpression } = await sent(update)
    expect(bytes(UpdateExpression)).toBeLessThanOrEqual(4_096)
    expect(bytes(ConditionExpression)).toBeLessThanOrEqual(4_096)
  })
})

/** Bytes of an item: names, texts, and for a number 1 byte for each two digits and 1 more (Amazon DynamoDB, item sizes). */
const itemBytes = (item: CounterItem, pk: string): number =>
  Object.entries(item.numbers).reduce(
    (sum, [name, value]) => sum + name.length + Math.ceil(String(value).length / 2) + 1,
    'pk'.length + pk.length + 'sk'.length + 'C'.length,
  )

/** A user with an id of 36 characters, under a rule that has taken all of its limit. */
function sizeOf(rule: RateLimitRule): number {
  const cost = Math.min(...rule.windows.map(({ limit }) => limit))
  const { item, applied } = admit(rule, EMPTY_IMAGE, START_MS, { cost })
  expect(applied).toBe(true)
  return itemBytes(item, `RL#global_default#user#${'0'.repeat(36)}`)
}
const limited = (...lengths: readonly number[]) =>
  windows(...lengths.map((windowSeconds) => [100_000, windowSeconds] as const))

describe('the size of an item', () => {
  test('up to four windows, or one fine window, are one write unit', () => {
    const rules = [
      ...[1, 60, 3_600, 86_400].map((seconds) => ruleWith({ precision: 'fine', windows: limited(seconds) })),
      ruleWith({ windows: limited(60) }),
      ruleWith({ windows: limited(1, 60) }),
      ruleWith({ windows: limited(1, 60, 86_400) }),
      ruleWith({ windows: limited(1, 60, 3_600, 86_400) }),
    ]
    for (const rule of rules) expect(sizeOf(rule)).toBeLessThanOrEqual(1_024)
  })

  test('two fine windows are two', () => {
    const size = sizeOf(ruleWith({ precision: 'fine', windows: limited(1, 60) }))
    expect(size).toBeGreaterThan(1_024)
    expect(size).toBeLessThanOrEqual(2_048)
  })
})
