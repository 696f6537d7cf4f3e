import { bucketFor, type CounterImage } from './counter.ts'
import { counterName, isStale, type Shape } from './windows.ts'

/** What a container may admit of a limit by itself when it knows nothing about its share. */
export const UNKNOWN_SHARE = 0.1

/** The windows of a rule cut down to one container's share; never to nothing. */
export const shareOf = (shapes: readonly Shape[], share: number): readonly Shape[] =>
  shapes.map((shape) => ({ ...shape, limit: Math.max(1, Math.floor(shape.limit * share)) }))

/** The counter as it is after an admission: what the store would have made of it. */
export function admitted(
  shapes: readonly Shape[],
  image: CounterImage,
  cost: number,
  now: number,
): CounterImage {
  const numbers = Object.fromEntries(
    Object.entries(image.numbers).filter(([name, value]) => !isStale(name, value, now)),
  )
  for (const shape of shapes) {
    const bucket = bucketFor(shape, image, now)
    for (let j = bucket - shape.buckets; j <= bucket; j += 1) {
      const name = counterName(shape, j)
      numbers[name] = (numbers[name] ?? 0) + cost
    }
  }
  return { numbers, texts: image.texts }
}
