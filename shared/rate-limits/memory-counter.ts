import type { Buckets } from './admission.ts'
import type { CounterImage } from './counter.ts'
import { counterName, fenceName, isCounterName, isStale, type Shape } from './windows.ts'

/** What a container may admit of a limit by itself when it knows nothing about its share. */
export const UNKNOWN_SHARE = 0.1

/** The windows of a rule cut down to one container's share; never to nothing. */
export const shareOf = (shapes: readonly Shape[], share: number): readonly Shape[] =>
  shapes.map((shape) => ({ ...shape, limit: Math.max(1, Math.floor(shape.limit * share)) }))

/** The counters of a window that an admission in these buckets adds to; none of a window that it knows no bucket of. */
export function namesIn(shape: Shape, buckets: Buckets): readonly string[] {
  const bucket = buckets[shape.prefix]
  if (bucket === undefined) return []
  return Array.from({ length: shape.buckets + 1 }, (_, index) => counterName(shape, bucket - index))
}

/** The counter as it is after an admission in these buckets: what the store would have made of it. */
export function admittedIn(
  shapes: readonly Shape[],
  image: CounterImage,
  cost: number,
  buckets: Buckets,
  now: number,
): CounterImage {
  const numbers = Object.fromEntries(
    Object.entries(image.numbers).filter(([name, value]) => !isStale(name, value, now)),
  )
  for (const shape of shapes) {
    const fence = fenceName(shape)
    numbers[fence] = Math.max(buckets[shape.prefix] ?? 0, numbers[fence] ?? 0)
    for (const name of namesIn(shape, buckets)) numbers[name] = (numbers[name] ?? 0) + cost
  }
  return { numbers, texts: image.texts }
}

/** The counter as it is once such an admission was taken back. */
export function takenBackIn(
  shapes: readonly Shape[],
  image: CounterImage,
  cost: number,
  buckets: Buckets,
): CounterImage {
  const numbers = { ...image.numbers }
  for (const shape of shapes) {
    for (const name of namesIn(shape, buckets)) {
      const left = (numbers[name] ?? 0) - cost
      if (left > 0) numbers[name] = left
      else delete numbers[name]
    }
  }
  return { numbers, texts: image.texts }
}

/** What two counters have counted together; buckets that one of them has closed stay closed. */
export function together(one: CounterImage, other: CounterImage): CounterImage {
  const numbers = { ...one.numbers }
  for (const [name, value] of Object.entries(other.numbers)) {
    const known = numbers[name] ?? 0
    numbers[name] = isCounterName(name) ? known + value : Math.max(known, value)
  }
  return { numbers, texts: one.texts }
}
