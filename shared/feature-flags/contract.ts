import { bundleRoutes } from './bundle-routes.ts'
import { flagRoutes } from './flag-routes.ts'
import { useRoutes } from './use-routes.ts'

export const featureFlagsContract = { ...flagRoutes, ...useRoutes, ...bundleRoutes } as const
