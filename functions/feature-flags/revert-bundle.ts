import { revertBundle as decide } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { bundleAt, flagsOf, viewAfter } from './bundles.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/bundles/{bundle}/revert` */
export const revertBundle: Handler<typeof featureFlagsContract.revertBundle, FlagDeps> = (
  { params, body, principal, requestId, receipt },
  deps,
) =>
  retrying(deps.effects, async () => {
    const { flags, bundles, effects } = deps
    const found = await bundleAt(deps, params.bundle)
    const { applied } = found.state
    if (applied === undefined) throw new Problem('bundle_not_applied')
    const known = await flagsOf(deps, found)
    const { changes, kept } = decide(applied, known)
    const change = { actor: principal, now: effects.now(), requestId, reason: body?.reason }
    const view = viewAfter(found, {}, known, changes, change)
    const reply = { body: { ...view, kept: [...kept] }, version: found.version + 1 }
    const { committed } = await flags.commit([
      ...flags.switchWritesOf(changes, change),
      ...bundles.writesOf(found, {}, 'flag-bundle.reverted', change),
      ...receipt(reply),
    ])
    return committed ? reply : undefined
  })
