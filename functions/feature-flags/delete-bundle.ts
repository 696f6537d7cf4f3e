import { bundleView } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { bundleAt } from './bundles.ts'
import type { FlagDeps } from './deps.ts'

/** `DELETE /api/v1/ops/feature-flags/bundles/{bundle}` */
export const deleteBundle: Handler<typeof featureFlagsContract.deleteBundle, FlagDeps> = (
  { params, query, principal, ifMatch, requestId, receipt },
  deps,
) =>
  retrying(deps.effects, async () => {
    const { flags, bundles, effects } = deps
    const { known, bundle } = await bundleAt(deps, params.bundle)
    requireMatch(ifMatch, known.version)
    if (known.applied !== undefined) throw new Problem('bundle_applied')
    if (known.stored === undefined) throw new Problem('bundle_defined')
    const next = { ...known, stored: undefined, version: known.version + 1 }
    const { flags: all } = await flags.all()
    const reply = { body: bundleView(bundle, next, all), version: next.version }
    const change = { actor: principal, now: effects.now(), requestId, reason: query.reason }
    const writes = bundles.writesOf(known, next, 'flag-bundle.deleted', change)
    const { committed } = await flags.commit([...writes, ...receipt(reply)])
    return committed ? reply : undefined
  })
