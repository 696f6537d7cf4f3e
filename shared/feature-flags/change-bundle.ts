import {
  disable,
  engage,
  flagInForce,
  statusOf,
  throwSwitch,
  type KnownFlag,
  type SwitchDecision,
} from './change-flag.ts'
import type { FlagBundle } from './bundle.ts'
import type { BundleView } from './schemas.ts'

/** A switch that a bundle has thrown, and the version of the flag that came of it. */
interface ThrownSwitch {
  readonly key: string
  readonly version: number
}

/** What applying a bundle has done, by whom and when (milliseconds since the epoch). */
export interface Application {
  readonly at: number
  readonly by: string
  readonly thrown: readonly ThrownSwitch[]
}

/** What there is of a name: a definition, a bundle that is stored over it, and whether it is applied. */
export interface KnownBundle {
  readonly name: string
  readonly defined: FlagBundle | undefined
  readonly stored: FlagBundle | undefined
  readonly applied: Application | undefined
  /** Counts the changes, for ever; 0 when there was none. */
  readonly version: number
}

/** What a change did, in the words of audit events. */
export type BundleAction =
  | 'flag-bundle.created'
  | 'flag-bundle.changed'
  | 'flag-bundle.deleted'
  | 'flag-bundle.applied'
  | 'flag-bundle.reverted'

/** What is left of a bundle whose definition is gone while it is applied: what it has thrown, to be taken back. */
const remains = ({ name, applied }: KnownBundle): FlagBundle | undefined =>
  applied && { name, description: 'No longer defined', flags: applied.thrown.map(({ key }) => key) }

/** The bundle that holds: what is stored wins over what is defined. */
export const bundleInForce = (known: KnownBundle): FlagBundle | undefined =>
  known.stored ?? known.defined ?? remains(known)

/** A flag of a bundle, and what is to become of it. */
export interface BundledChange<Known extends KnownFlag = KnownFlag> {
  readonly known: Known
  readonly decision: SwitchDecision
}

/** Throws the switch of a flag, also when it is thrown already: then no other bundle takes it back. */
function thrown(known: KnownFlag): SwitchDecision | undefined {
  const flag = flagInForce(known)
  if (flag === undefined) return undefined
  return flag.category === 'killswitch' ? engage(known, flag) : disable(known, flag)
}

/** The switches that applying a bundle throws. Reverting it takes back those that were not thrown before. */
export const applyBundle = <Known extends KnownFlag>(
  flags: readonly Known[],
): readonly BundledChange<Known>[] =>
  flags.flatMap((known) => {
    const decision = thrown(known)
    return decision === undefined ? [] : [{ known, decision }]
  })

/** What reverting does: the switches that it takes back, and those that somebody has moved since. */
export interface Reversion<Known extends KnownFlag> {
  readonly changes: readonly BundledChange<Known>[]
  readonly kept: readonly string[]
}

/**
 * Takes back the switches that a bundle has thrown.
 * @param flags at least those that it has thrown, as they are now
 */
export function revertBundle<Known extends KnownFlag>(
  { thrown = [] }: { readonly thrown?: readonly ThrownSwitch[] },
  flags: readonly Known[],
): Reversion<Known> {
  const versions = new Map(thrown.map(({ key, version }) => [key, version]))
  const changes = flags.flatMap((known) => {
    const flag = flagInForce(known)
    const isUntouched = known.switchVersion === versions.get(known.key)
    return flag === undefined || !isUntouched ? [] : [{ known, decision: throwSwitch(known, flag, false) }]
  })
  const reverted = new Set(changes.map(({ known }) => known.key))
  return { changes, kept: [...versions.keys()].filter((key) => !reverted.has(key)) }
}

const isInForce = (known: KnownFlag | undefined): boolean =>
  known !== undefined && flagInForce(known) !== undefined

/** A bundle as the API shows it. */
export function bundleView(
  { name, description, flags: keys }: FlagBundle,
  { applied, version }: KnownBundle,
  flags: ReadonlyMap<string, KnownFlag>,
): BundleView {
  const missing = keys.filter((key) => !isInForce(flags.get(key)))
  const shown = keys.flatMap((key) => {
    const known = flags.get(key)
    const flag = known && flagInForce(known)
    return flag === undefined ? [] : [{ key, status: statusOf(flag, known?.isSwitched ?? false) }]
  })
  return {
    name,
    description,
    flags: shown,
    ...(missing.length === 0 ? {} : { missing }),
    applied: applied !== undefined,
    ...(applied === undefined
      ? {}
      : {
          applied_at: new Date(applied.at).toISOString(),
          applied_by: applied.by,
          thrown: applied.thrown.map(({ key }) => key),
        }),
    version,
  }
}
