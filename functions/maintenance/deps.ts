import { configReader, type ConfigReader } from '../../shared/config/config-reader.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the routes of maintenance have. */
export interface MaintenanceDeps extends BaseDeps {
  readonly config: ConfigReader
}

/** Makes the dependencies of these routes. */
export async function maintenanceDeps(): Promise<MaintenanceDeps> {
  const base = await baseDeps()
  return { ...base, config: configReader(base.table, base.effects, base.platform.config) }
}
