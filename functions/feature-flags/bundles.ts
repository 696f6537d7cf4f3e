import type { FlagBundle } from '../../shared/feature-flags/bundle.ts'
import type { FoundBundle } from '../../shared/feature-flags/bundle-store.ts'
import { bundleInForce, bundleView, type KnownBundle } from '../../shared/feature-flags/change-bundle.ts'
import { afterChange, type ChangedFlag, type FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { BundleView } from '../../shared/feature-flags/schemas.ts'
import type { Attribution } from '../../shared/kernel/audit.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { FlagDeps } from './deps.ts'

/**
 * The bundle that holds under a name.
 * @throws `unknown_bundle`
 */
export async function bundleAt(
  { bundles }: Pick<FlagDeps, 'bundles'>,
  name: string,
): Promise<{ readonly known: FoundBundle; readonly bundle: FlagBundle }> {
  const known = await bundles.get(name)
  const bundle = bundleInForce(known)
  if (bundle === undefined) throw new Problem('unknown_bundle', { detail: `There is no bundle "${name}".` })
  return { known, bundle }
}

/** Why a flag has changed, for its history: the bundle, and what its caller says. */
export const bundleReason = ({ name }: FlagBundle, reason: string | undefined): string =>
  reason === undefined ? `Bundle ${name}` : `Bundle ${name}: ${reason}`

/** Flags as they are now. */
export const flagsOf = (
  { flags }: Pick<FlagDeps, 'flags'>,
  keys: readonly string[],
): Promise<readonly FoundFlag[]> => Promise.all(keys.map((key) => flags.get(key)))

/** A bundle as it is after its flags have changed. */
export function viewAfter(
  bundle: FlagBundle,
  next: KnownBundle,
  flags: readonly FoundFlag[],
  changes: readonly ChangedFlag[],
  change: Attribution,
): BundleView {
  const after = new Map(flags.map((known) => [known.key, known]))
  for (const changed of changes) after.set(changed.known.key, afterChange(changed, change))
  return bundleView(bundle, next, after)
}
