import { applyBundle as decide } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { bundleAt, bundleReason, flagsOf, viewAfter } from './bundles.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/bundles/{bundle}/apply` */
export const applyBundle: Handler<typeof featureFlagsContract.applyBundle, FlagDeps> = (
  { params, body, principal, ifMatch, requestId, receipt },
  deps,
) =>
  retrying(deps.effects, async () => {
    const { flags, bundles, effects } = deps
    const { known, bundle } = await bundleAt(deps, params.bundle)
    requireMatch(ifMatch, known.version)
    if (known.applied !== undefined) throw new Problem('bundle_applied')
    const own = await flagsOf(deps, bundle.flags)
    const changes = decide(own)
    const reason = bundleReason(bundle, body?.reason)
    const change = { actor: principal, now: effects.now(), requestId, reason }
    const thrown = changes
      .filter((changed) => !changed.known.isSwitched)
      .map(({ decision: { next } }) => ({ key: next.key, version: next.version }))
    const applied = { at: change.now, by: principal.name, thrown }
    const next = { ...known, applied, version: known.version + 1 }
    const reply = { body: viewAfter(bundle, next, own, changes, change), version: next.version }
    const { committed } = await flags.commit([
      ...flags.switchWritesOf(changes, change),
      ...bundles.writesOf(known, next, 'flag-bundle.applied', change),
      ...receipt(reply),
    ])
    return committed ? reply : undefined
  })
