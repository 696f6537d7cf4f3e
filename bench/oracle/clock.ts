/** Where all processes of a run agree that its time begins: the machine's monotonic clock, and what the clocks then show. */
export interface Origin {
  /** Of `process.hrtime`, which all processes of a machine share; nanoseconds as text. */
  readonly monotonicNs: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** The beginning of a run. */
export const originNow = (atMs: number): Origin => ({ monotonicNs: String(process.hrtime.bigint()), atMs })

/**
 * A clock that goes faster than the wall clock, and shows the same in every process.
 * @returns milliseconds since the epoch
 */
export function fastClock({ monotonicNs, atMs }: Origin, speed: number): () => number {
  const origin = BigInt(monotonicNs)
  return () => atMs + (Number(process.hrtime.bigint() - origin) / 1e6) * speed
}
