import type * as z from 'zod'
import type { CounterItem, CounterOutcome, CounterUpdate } from '../../shared/kernel/table/counters.ts'
import { admissionUpdate, debtUpdate } from '../../shared/rate-limits/admission.ts'
import { overrideOn, shapesOf } from '../../shared/rate-limits/counter.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/** A rule of 10 a minute for each user, but for these fields. */
export const ruleWith = (fields: Partial<z.input<typeof RateLimitRule>> = {}): RateLimitRule =>
  RateLimitRule.parse({ name: 'api', scope: 'user', windows: [{ limit: 10, windowSeconds: 60 }], ...fields })

/** Where the counters of the tests stand. */
export const KEY = { pk: 'RL#api#user#ada', sk: 'C' }

const holds = ({ atMost, atLeast, texts }: CounterUpdate, item: CounterItem): boolean =>
  Object.entries(atMost).every(([name, value]) => (item.numbers[name] ?? -Infinity) <= value) &&
  Object.entries(atLeast).every(([name, value]) => (item.numbers[name] ?? -Infinity) >= value) &&
  Object.entries(texts).every(([name, value]) => item.texts[name] === value)

/**
 * What the store makes of a conditional update.
 * @throws when an attribute is named twice, as DynamoDB does
 */
export function updated(update: CounterUpdate, item: CounterItem): CounterOutcome {
  const named = [...Object.keys(update.add), ...Object.keys(update.set), ...update.remove]
  if (new Set(named).size < named.length) throw new Error('Two document paths overlap with each other.')
  if (!holds(update, item)) return { applied: false, item }
  const sums = Object.entries(update.add).map(([name, value]) => [name, (item.numbers[name] ?? 0) + value])
  const numbers = { ...item.numbers, ...Object.fromEntries(sums), ...update.set }
  for (const name of update.remove) delete numbers[name]
  return { applied: true, item: { numbers, texts: item.texts } }
}

/**
 * Asks the store to admit.
 * @param image how the container that asks last saw the item
 */
export function admit(
  rule: RateLimitRule,
  item: CounterItem,
  now: number,
  { cost = 1, image = item } = {},
): CounterOutcome {
  const shapes = shapesOf(rule, overrideOn(image, now))
  return updated(admissionUpdate(KEY, shapes, image, cost, now), item)
}

/** Asks the store to record what was admitted without it. */
export function record(
  rule: RateLimitRule,
  item: CounterItem,
  owed: CounterItem,
  now: number,
): CounterOutcome {
  return updated(debtUpdate(KEY, shapesOf(rule, overrideOn(item, now)), item, owed, now), item)
}
