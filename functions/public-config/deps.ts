import { configReader, type ConfigReader } from '../../shared/config/config-reader.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the route for clients has. */
export interface PublicConfigDeps extends BaseDeps {
  readonly reader: ConfigReader
}

/** Makes the dependencies of this route. */
export async function publicConfigDeps(): Promise<PublicConfigDeps> {
  const base = await baseDeps()
  return { ...base, reader: configReader(base.table, base.effects, base.platform.config) }
}
