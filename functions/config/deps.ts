import { alertStore, type AlertStore } from '../../shared/alerts/store.ts'
import { changeStore, type ChangeStore } from '../../shared/changes/store.ts'
import { configStore, type ConfigStore } from '../../shared/config/entry-store.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the routes of the configuration have. */
export interface ConfigDeps extends BaseDeps {
  readonly config: ConfigStore
  readonly changes: ChangeStore
  readonly alerts: AlertStore
}

/** Makes the dependencies of these routes. */
export async function configDeps(): Promise<ConfigDeps> {
  const base = await baseDeps()
  const { table, effects, platform } = base
  return {
    ...base,
    config: configStore(table, effects, platform.config),
    changes: changeStore(table, effects),
    alerts: alertStore(table, effects, platform.name),
  }
}
