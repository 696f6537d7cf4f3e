import * as z from 'zod'

const Percent = z.number().min(0).max(100)

/**
 * What a fault proxy does to its traffic. `down` concerns the whole proxy; the rest happens to the requests (in tcp
 * mode: connections) that `only`, `percent` and `times` select, which without them is every one.
 */
export const Faults = z.strictObject({
  /** Refuse connections, and cut those that are open. */
  down: z.boolean().default(false),
  /** Wait this long before a request is passed on; in tcp mode before each chunk that a client sends, so each round trip. */
  latencyMs: z.number().int().min(0).max(600_000).default(0),
  /** Chance in percent that the connection is reset instead. */
  failPercent: Percent.default(0),
  /** Accept and never answer. */
  blackhole: z.boolean().default(false),
  /** http: cut the connection without passing the request on. */
  dropBefore: z.boolean().default(false),
  /** http: pass the request on, wait for the whole reply, then cut the connection: committed, but nobody is told. */
  dropAfterCommit: z.boolean().default(false),
  /** http: answer with this status and an error body as AWS sends it. */
  status: z.union([z.literal(500), z.literal(503)]).optional(),
  /** http: answer 400 as a throttled service of the JSON protocols does. */
  throttle: z.boolean().default(false),
  /** http: select requests for this operation, as `x-amz-target` names it after the dot, e.g. `PutItem`. */
  only: z.string().min(1).optional(),
  /** Select this share of what `only` lets through. */
  percent: Percent.default(100),
  /** Select no more than this many, counted since the faults were set. */
  times: z.number().int().min(1).optional(),
})

/** Faults with every default filled in. */
export type Faults = z.output<typeof Faults>

/** Faults as a caller writes them. */
export type FaultSettings = z.input<typeof Faults>
