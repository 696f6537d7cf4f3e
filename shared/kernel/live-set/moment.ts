import type { Effects } from '../effects.ts'

type Clocks = Pick<Effects, 'now' | 'monotonicMs'>

/** A moment by both clocks: the steady one may stand still while a container is frozen, and the wall clock may be set. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly wallMs: number
  readonly steadyMs: number
}

export const NEVER: Moment = { wallMs: -Infinity, steadyMs: -Infinity }

export const momentOf = (clocks: Clocks): Moment => ({
  wallMs: clocks.now(),
  steadyMs: clocks.monotonicMs(),
})

/** How long ago a moment was, milliseconds, by the clock that says longer. */
export const ageMs = ({ wallMs, steadyMs }: Moment, clocks: Clocks): number =>
  Math.max(clocks.now() - wallMs, clocks.monotonicMs() - steadyMs)

/** Now; but no later than so long after a moment, for what a frozen container could not end in time. */
export const nowButAtMost = (afterMs: number, { wallMs, steadyMs }: Moment, clocks: Clocks): Moment => ({
  wallMs: Math.min(clocks.now(), wallMs + afterMs),
  steadyMs: Math.min(clocks.monotonicMs(), steadyMs + afterMs),
})
