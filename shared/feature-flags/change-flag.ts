import { sha256 } from '../kernel/canonical.ts'
import type { Flag, FlagStatus, Target } from './flag.ts'

/** What there is of a key: a definition, a flag that is stored over it, and its switch. */
export interface KnownFlag {
  readonly key: string
  readonly defined: Flag | undefined
  readonly stored: Flag | undefined
  readonly isArchived: boolean
  /** A thrown switch engages a killswitch, and turns any other flag off whatever its status is. */
  readonly isSwitched: boolean
  /** The version in which somebody last said how its switch is to be; 0 when nobody has. */
  readonly switchVersion: number
  /** Counts the changes, for ever; 0 when there was none. */
  readonly version: number
}

/** What a change did, in the words of audit events. */
export type FlagAction =
  | 'feature-flag.created'
  | 'feature-flag.changed'
  | 'feature-flag.enabled'
  | 'feature-flag.disabled'
  | 'feature-flag.restored'
  | 'feature-flag.engaged'
  | 'feature-flag.released'
  | 'feature-flag.archived'
  | 'feature-flag.rolled-back'
  | 'feature-flag.reverted'

/** The next state of a key. */
export interface FlagDecision {
  readonly next: KnownFlag
  readonly action: FlagAction
  /** Whether only the switch moves: no container needs a new snapshot. */
  readonly isSwitch: boolean
}

/** A decision that moves nothing but the switch. */
export type SwitchDecision = FlagDecision & { readonly isSwitch: true }

/** The flag that holds, without its switch: what is stored wins over what is defined. */
export const flagInForce = ({ defined, stored, isArchived }: KnownFlag): Flag | undefined =>
  isArchived ? undefined : (stored ?? defined)

const isKillswitch = (flag: Flag): boolean => flag.category === 'killswitch'

/** The status as people see it: with the switch. */
export function statusOf(flag: Flag, isSwitched: boolean): FlagStatus {
  if (isKillswitch(flag)) return isSwitched ? 'enabled' : 'disabled'
  return isSwitched ? 'disabled' : flag.status
}

/** The flag with the status that people see. */
export const shownFlag = (flag: Flag, isSwitched: boolean): Flag => ({
  ...flag,
  status: statusOf(flag, isSwitched),
})

/** A new version in which the switch is said to be so, whatever it was. */
function switchedTo(known: KnownFlag, isSwitched: boolean): KnownFlag {
  const version = known.version + 1
  return { ...known, isSwitched, switchVersion: version, version }
}

/** Puts a flag in force. Its switch is thrown only if it is a killswitch that is to be engaged. */
export function putFlag(known: KnownFlag, flag: Flag, action?: FlagAction): FlagDecision {
  const isEngaged = isKillswitch(flag) && flag.status === 'enabled'
  const stored: Flag = isKillswitch(flag) ? { ...flag, status: 'disabled' } : flag
  const next = { ...switchedTo(known, isEngaged), stored, isArchived: false }
  const isNew = flagInForce(known) === undefined
  return {
    next,
    action: action ?? (isNew ? 'feature-flag.created' : 'feature-flag.changed'),
    isSwitch: false,
  }
}

/** Changes a flag and leaves its switch alone. */
export const editFlag = (known: KnownFlag, flag: Flag): FlagDecision => ({
  next: { ...known, stored: flag, version: known.version + 1 },
  action: 'feature-flag.changed',
  isSwitch: false,
})

/** Throws a flag's switch, or takes it back. */
export function throwSwitch(known: KnownFlag, flag: Flag, isSwitched: boolean): SwitchDecision {
  const [thrown, back] = isKillswitch(flag)
    ? (['feature-flag.engaged', 'feature-flag.released'] as const)
    : (['feature-flag.disabled', 'feature-flag.restored'] as const)
  return { next: switchedTo(known, isSwitched), action: isSwitched ? thrown : back, isSwitch: true }
}

/**
 * Engages a killswitch. One that is engaged already is so once more: whoever says so now means it, and no bundle that was
 * applied before takes it back.
 */
export const engage = (known: KnownFlag, flag: Flag): SwitchDecision => throwSwitch(known, flag, true)

/**
 * Turns a flag on for everybody.
 * @returns `undefined` when it is already
 */
export const enable = (known: KnownFlag, flag: Flag): FlagDecision | undefined =>
  statusOf(flag, known.isSwitched) === 'enabled'
    ? undefined
    : putFlag(known, { ...flag, status: 'enabled' }, 'feature-flag.enabled')

/**
 * Turns a flag off for everybody, which its switch does at once, and does once more when it is thrown already; releases a
 * killswitch.
 * @returns `undefined` when it is off without its switch
 */
export function disable(known: KnownFlag, flag: Flag): SwitchDecision | undefined {
  const isThrown = known.isSwitched && !isKillswitch(flag)
  if (statusOf(flag, known.isSwitched) === 'disabled' && !isThrown) return undefined
  return throwSwitch(known, flag, !isKillswitch(flag))
}

/** Takes a flag out of use. Its history stays, and a rollback brings it back. */
export const archive = (known: KnownFlag): FlagDecision => ({
  next: { ...switchedTo(known, false), stored: undefined, isArchived: true },
  action: 'feature-flag.archived',
  isSwitch: false,
})

const ID_DIGITS = 16

/** A target's id: made of whom it means, so that nobody is a target twice. */
export const targetIdOf = ({ type, value }: Pick<Target, 'type' | 'value'>): string =>
  `${type}-${sha256(value).slice(0, ID_DIGITS)}`

/** The flag with this target, in the place of an older one for the same user, role or organization. */
export function withTarget(flag: Flag, target: Target): Flag {
  const id = targetIdOf(target)
  const others = flag.targets.filter((other) => targetIdOf(other) !== id)
  return { ...flag, targets: [...others, target] }
}

/** The flag without the target of this id; `undefined` when there is none. */
export function withoutTarget(flag: Flag, id: string): Flag | undefined {
  const targets = flag.targets.filter((target) => targetIdOf(target) !== id)
  return targets.length === flag.targets.length ? undefined : { ...flag, targets }
}
