import { manifest } from '../../shared/manifest.ts'
import type { NamedRoute } from '../../shared/reference/openapi.ts'

/** Every route of the manifest, by the name that its contract gives it. */
export const namedRoutes: readonly NamedRoute[] = Object.values(manifest).flatMap((contract) =>
  Object.entries(contract).flatMap(([name, declared]) =>
    declared.type === 'route' ? [[name, declared] as const] : [],
  ),
)
