import { bundleInForce, bundleView } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/bundles` */
export const listBundles: Handler<typeof featureFlagsContract.listBundles, FlagDeps> = async (
  _request,
  { bundles, flags },
) => {
  const [found, all] = await Promise.all([bundles.list(), flags.all()])
  return {
    body: {
      bundles: found.flatMap((known) => {
        const bundle = bundleInForce(known)
        return bundle === undefined ? [] : [bundleView(bundle, known, all.flags)]
      }),
    },
  }
}
