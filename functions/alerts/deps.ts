import { alertStore, type AlertStore } from '../../shared/alerts/store.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the alert routes have. */
export interface AlertDeps extends BaseDeps {
  readonly alerts: AlertStore
}

/** Makes the dependencies of the alert routes. */
export async function alertDeps(): Promise<AlertDeps> {
  const base = await baseDeps()
  return { ...base, alerts: alertStore(base.table, base.effects, base.platform.name) }
}
