import type { Principal } from '../kernel/auth.ts'
import type { ChangeKind, ChangeState, ChangeView, PendingChange, WatchBody } from './schemas.ts'

/** How long a change waits for a second person. */
export const WAITS_MS = 7 * 24 * 3_600_000

export type Person = Pick<Principal, 'kind' | 'id' | 'name'>

/** What somebody asks for. */
export interface ChangeRequest {
  readonly kind: ChangeKind
  /** The key of what is to be changed. */
  readonly target: string
  /** What it does, in the words of audit events. */
  readonly action: string
  /** What holds now, and what is to hold; `undefined` where there is nothing. */
  readonly current: unknown
  readonly proposed: unknown
  /** Whether the target is to go back to its default, which is what `proposed` shows. */
  readonly resets: boolean
  /** The version of the target. */
  readonly basedOn: number
  readonly reason?: string | undefined
  readonly watch?: WatchBody | undefined
}

/** A change that waits, or has waited, for a second person. Times are milliseconds since the epoch. */
export interface Change extends ChangeRequest {
  readonly id: string
  readonly state: ChangeState
  readonly requestedAt: number
  readonly author: Person
  /** When it does not wait any more. */
  readonly closesAt: number
  readonly decidedAt?: number
  readonly decidedBy?: string
  readonly decisionReason?: string
  readonly version: number
}

/** What a decision did, in the words of audit events. */
export type ChangeAction = 'change.requested' | 'change.approved' | 'change.rejected' | 'change.expired'

/** The next state of a change. */
export interface ChangeDecision {
  readonly change: Change
  readonly action: ChangeAction
}

/** Who decides, and whether about changes of others too. */
export type Decider = Person & { readonly decidesForOthers: boolean }

/** What is decided about a change, and when. */
export interface Verdict {
  readonly state: 'approved' | 'rejected' | 'expired'
  readonly by: string
  readonly now: number
  readonly reason?: string | undefined
}

/** Asks for a change. */
export const requestChange = (
  request: ChangeRequest,
  { id, author, now }: { readonly id: string; readonly author: Person; readonly now: number },
): ChangeDecision => ({
  change: {
    ...request,
    id,
    state: 'pending',
    requestedAt: now,
    author,
    closesAt: now + WAITS_MS,
    version: 1,
  },
  action: 'change.requested',
})

/** The state as of now: who closes what has waited too long may come by later. */
export const stateAt = ({ state, closesAt }: Change, now: number): ChangeState =>
  state === 'pending' && now >= closesAt ? 'expired' : state

/**
 * Decides about a change.
 * @returns `foreign` when it is another's and the decider's business is their own alone, `closed` when it does not wait any
 *   more, `own` when its author would approve it
 */
export function decideChange(
  change: Change,
  decider: Decider,
  verdict: Verdict,
): ChangeDecision | 'foreign' | 'closed' | 'own' {
  const { state, by, now, reason } = verdict
  const isOwn = isSame(change.author, decider)
  if (!isOwn && !decider.decidesForOthers) return 'foreign'
  const isDue = state === 'expired' ? change.state === 'pending' : stateAt(change, now) === 'pending'
  if (!isDue) return 'closed'
  if (state === 'approved' && isOwn) return 'own'
  return {
    change: {
      ...change,
      state,
      decidedAt: now,
      decidedBy: by,
      ...(reason === undefined ? {} : { decisionReason: reason }),
      version: change.version + 1,
    },
    action: `change.${state}`,
  }
}

/** A user who comes back under another token has the same id; one of the same name has not. */
const isSame = (left: Person, right: Person): boolean => left.kind === right.kind && left.id === right.id

const iso = (ms: number): string => new Date(ms).toISOString()
const given = <Value>(name: string, value: Value | undefined) =>
  value === undefined ? {} : { [name]: value }

/** A change as the API shows it. */
export const changeView = (change: Change, now: number): ChangeView => ({
  id: change.id,
  kind: change.kind,
  target: change.target,
  state: stateAt(change, now),
  action: change.action,
  ...given('current', change.current),
  ...given('proposed', change.proposed),
  based_on: change.basedOn,
  ...given('reason', change.reason),
  ...given('watch', change.watch),
  requested_at: iso(change.requestedAt),
  requested_by: change.author.name,
  expires_at: iso(change.closesAt),
  ...(change.decidedAt === undefined ? {} : { decided_at: iso(change.decidedAt) }),
  ...given('decided_by', change.decidedBy),
  ...given('decision_reason', change.decisionReason),
  version: change.version,
})

/** A change as its target shows it while it waits. */
export const pendingView = (change: Change): PendingChange => ({
  id: change.id,
  action: change.action,
  ...given('proposed', change.proposed),
  requested_at: iso(change.requestedAt),
  requested_by: change.author.name,
  expires_at: iso(change.closesAt),
})
