import type { Admission } from './admission.ts'
import {
  overrideOn,
  roomIn,
  shapesOf,
  standingIn,
  waitForRoom,
  type CounterImage,
  type Standing,
} from './counter.ts'
import type { Verdict } from './decision.ts'
import type { RateLimitRule } from './rule.ts'
import type { Shape } from './windows.ts'

/** How much is wanted, under which rule. */
export interface Demand {
  readonly rule: RateLimitRule
  readonly cost: number
}

/** The verdict on a caller whom the rule does not count. */
export const exempt = (): Verdict => ({ allowed: true, reason: 'exempt', standings: [], degraded: false })

/**
 * Where a caller stands in every window.
 * @param spare units that this container holds in advance: counted already, and still to be had
 */
export const standingsOf = (
  shapes: readonly Shape[],
  image: CounterImage,
  now: number,
  spare = 0,
): readonly Standing[] =>
  shapes.map((shape) => {
    const standing = standingIn(shape, image, now)
    // An image that comes late may be older than the units held, and show less than they are.
    const used = Math.max(0, standing.used - spare)
    return { ...standing, used, remaining: Math.max(0, Math.min(shape.limit, standing.remaining + spare)) }
  })

/** The verdict on a caller for whom there was room. */
export const admittedAt = (
  shapes: readonly Shape[],
  image: CounterImage,
  now: number,
  spare: number,
  admission: Admission,
): Verdict => ({
  allowed: true,
  reason: 'admitted',
  standings: standingsOf(shapes, image, now, spare),
  degraded: false,
  admission,
})

function denied(shapes: readonly Shape[], image: CounterImage, cost: number, now: number): Verdict {
  const retryAfterMs = waitForRoom(shapes, image, cost, now)
  return {
    allowed: false,
    reason: retryAfterMs === undefined ? 'cost_exceeds_limit' : 'limit_reached',
    standings: standingsOf(shapes, image, now),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    degraded: false,
  }
}

/**
 * What an image of the counter settles by itself: that the caller is exempt, or that there is no room. Counters only grow
 * within their bucket, so an old image that shows no room still proves that there is none.
 * @returns `undefined` when there may be room
 */
export function settledBy(image: CounterImage, { rule, cost }: Demand, now: number): Verdict | undefined {
  const override = overrideOn(image, now)
  if (override?.exempt === true) return exempt()
  const shapes = shapesOf(rule, override)
  return roomIn(shapes, image, now) < cost ? denied(shapes, image, cost, now) : undefined
}

/** The verdict on a caller for whom there is room, where nothing is taken. */
export const roomAt = (image: CounterImage, { rule }: Demand, now: number): Verdict => ({
  allowed: true,
  reason: 'admitted',
  standings: standingsOf(shapesOf(rule, overrideOn(image, now)), image, now),
  degraded: false,
})
