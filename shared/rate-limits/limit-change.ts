import type { Principal } from '../kernel/auth.ts'

/** Who changed a rule, an override or a block, and in which request. */
export interface LimitChange {
  readonly actor: Principal
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly requestId?: string
  readonly reason?: string | undefined
}
