import { alertStore, type AlertStore } from '../../shared/alerts/store.ts'
import { changeStore, type ChangeStore } from '../../shared/changes/store.ts'
import { bundleStore, type BundleStore } from '../../shared/feature-flags/bundle-store.ts'
import { flagStore, type FlagStore } from '../../shared/feature-flags/flag-store.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the routes of feature flags have. */
export interface FlagDeps extends BaseDeps {
  readonly flags: FlagStore
  readonly bundles: BundleStore
  readonly changes: ChangeStore
  readonly alerts: AlertStore
}

/** Makes the dependencies of these routes. */
export async function flagDeps(): Promise<FlagDeps> {
  const base = await baseDeps()
  const { table, effects, platform } = base
  return {
    ...base,
    flags: flagStore(table, effects, platform.flags),
    bundles: bundleStore(table, platform.bundles),
    changes: changeStore(table, effects),
    alerts: alertStore(table, effects, platform.name),
  }
}
