import type { Principal } from '../kernel/auth.ts'
import type { Write } from '../kernel/table/types.ts'
import type { Change } from './change.ts'
import type { Restoration } from './message.ts'
import type { ChangeKind } from './schemas.ts'
import type { Watch } from './watch.ts'

/** Who approves a change, and in which request. */
export interface Approval {
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly requestId?: string
}

/** Midwatch itself, taking a change back. */
export interface Reversion {
  readonly actor: Principal
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly reason: string
}

/** What changes of one kind need: one file a kind, and a line in the registry. */
export interface Applier {
  /**
   * The writes that put an approved change in force, audited in its author's name. They fail when anything of the target
   * has changed meanwhile.
   * @throws `change_outdated` when the target has another version than the change was asked for on
   */
  readonly apply: (change: Change, approval: Approval) => Promise<readonly Write[]>
  /**
   * The writes that restore what a watched change has replaced.
   * @returns `undefined` when somebody has changed the target since
   */
  readonly restore: (
    watch: Watch,
    reversion: Reversion,
  ) => Promise<(Restoration & { readonly writes: readonly Write[] }) | undefined>
}

/** An applier for each kind; leaving one out does not compile. */
export type Appliers = Readonly<Record<ChangeKind, Applier>>
