import { revertBundle as decide } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { bundleAt, bundleReason, flagsOf, viewAfter } from './bundles.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/bundles/{bundle}/revert` */
export const revertBundle: Handler<typeof featureFlagsContract.revertBundle, FlagDeps> = (
  { params, body, principal, ifMatch, requestId, receipt },
  deps,
) =>
  retrying(deps.effects, async () => {
    const { flags, bundles, effects } = deps
    const { known, bundle } = await bundleAt(deps, params.bundle)
    requireMatch(ifMatch, known.version)
    if (known.applied === undefined) throw new Problem('bundle_not_applied')
    // Not those of the bundle alone, which may have been defined anew since.
    const thrown = known.applied.thrown.map(({ key }) => key)
    const own = await flagsOf(deps, [...new Set([...bundle.flags, ...thrown])])
    const { changes, kept } = decide(known.applied, own)
    const reason = bundleReason(bundle, body?.reason)
    const change = { actor: principal, now: effects.now(), requestId, reason }
    const next = { ...known, applied: undefined, version: known.version + 1 }
    const view = viewAfter(bundle, next, own, changes, change)
    const reply = { body: { ...view, kept: [...kept] }, version: next.version }
    const { committed } = await flags.commit([
      ...flags.switchWritesOf(changes, change),
      ...bundles.writesOf(known, next, 'flag-bundle.reverted', change),
      ...receipt(reply),
    ])
    return committed ? reply : undefined
  })
