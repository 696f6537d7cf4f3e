import type { CounterItem, CounterUpdate, UpdateCounter } from '../../shared/kernel/table/counters.ts'
import type { Key } from '../../shared/kernel/table/types.ts'

/** Counters in memory, which behave as the table's do. */
export interface MemoryCounters {
  readonly update: UpdateCounter
  /** The item as it is at this moment. */
  readonly itemAt: (key: Key) => CounterItem
  /** The item as it would be if no number had ever been removed from it. */
  readonly unprunedAt: (key: Key) => CounterItem
  /** Sets a text beside the numbers, or removes it. */
  readonly write: (key: Key, name: string, text: string | undefined) => void
  /** How many updates were asked for. */
  readonly calls: () => number
}

const NOTHING: CounterItem = { numbers: {}, texts: {} }

const has = (item: CounterItem, name: string): boolean => name in item.numbers || name in item.texts

/** What DynamoDB refuses before it looks at the item. */
function assertValid({ add, set, remove, atMost, atLeast, texts }: CounterUpdate): void {
  const written = [...Object.keys(add), ...Object.keys(set), ...remove]
  if (new Set(written).size !== written.length) throw new Error('Two document paths overlap.')
  if (written.length === 0) throw new Error('An update must write something.')
  if ([atMost, atLeast, texts].every((conditions) => Object.keys(conditions).length === 0))
    throw new Error('An update must have a condition.')
}

function holds(item: CounterItem, { atMost, atLeast, texts }: CounterUpdate): boolean {
  const { numbers } = item
  return (
    Object.entries(atMost).every(
      ([name, bound]) => !has(item, name) || (numbers[name] ?? Infinity) <= bound,
    ) &&
    Object.entries(atLeast).every(([name, bound]) => (numbers[name] ?? -Infinity) >= bound) &&
    Object.entries(texts).every(([name, text]) =>
      text === undefined ? !has(item, name) : item.texts[name] === text,
    )
  )
}

function updated(item: CounterItem, { add, set, remove }: CounterUpdate): CounterItem {
  const numbers: Record<string, number> = { ...item.numbers }
  for (const [name, value] of Object.entries(add)) numbers[name] = (numbers[name] ?? 0) + value
  Object.assign(numbers, set)
  const texts: Record<string, string> = { ...item.texts }
  for (const name of remove) {
    delete numbers[name]
    delete texts[name]
  }
  return { numbers, texts }
}

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`

/** Starts without any items. */
export function memoryCounters(): MemoryCounters {
  const items = new Map<string, CounterItem>()
  const removed = new Map<string, Record<string, number>>()
  let calls = 0
  const itemAt = (key: Key): CounterItem => items.get(nameOf(key)) ?? NOTHING
  const put = (key: Key, item: CounterItem) => void items.set(nameOf(key), item)
  const remember = (key: Key, { numbers }: CounterItem, names: readonly string[]) => {
    const memory = removed.get(nameOf(key)) ?? {}
    removed.set(nameOf(key), memory)
    for (const name of names) memory[name] = numbers[name] ?? memory[name] ?? 0
  }
  return {
    itemAt,
    unprunedAt: (key) => {
      const { numbers, texts } = itemAt(key)
      return { numbers: { ...removed.get(nameOf(key)), ...numbers }, texts }
    },
    calls: () => calls,
    write: (key, name, text) => {
      const { numbers, texts } = itemAt(key)
      const { [name]: _, ...others } = texts
      put(key, { numbers, texts: text === undefined ? others : { ...others, [name]: text } })
    },
    update: async (update) => {
      calls += 1
      assertValid(update)
      const item = itemAt(update.key)
      if (!holds(item, update)) return { applied: false, item }
      const next = updated(item, update)
      remember(update.key, item, update.remove)
      put(update.key, next)
      return { applied: true, item: next }
    },
  }
}
