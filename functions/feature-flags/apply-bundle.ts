import { applyBundle as decide } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { bundleAt, flagsOf, viewAfter } from './bundles.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/bundles/{bundle}/apply` */
export const applyBundle: Handler<typeof featureFlagsContract.applyBundle, FlagDeps> = (
  { params, body, principal, requestId, receipt },
  deps,
) =>
  retrying(deps.effects, async () => {
    const { flags, bundles, effects } = deps
    const found = await bundleAt(deps, params.bundle)
    if (found.state.applied !== undefined) throw new Problem('bundle_applied')
    const known = await flagsOf(deps, found)
    const changes = decide(known)
    const change = { actor: principal, now: effects.now(), requestId, reason: body?.reason }
    const thrown = changes.map(({ decision }) => ({ key: decision.next.key, version: decision.next.version }))
    const state = { applied: { at: change.now, by: principal.name, thrown } }
    const reply = { body: viewAfter(found, state, known, changes, change), version: found.version + 1 }
    const { committed } = await flags.commit([
      ...flags.switchWritesOf(changes, change),
      ...bundles.writesOf(found, state, 'flag-bundle.applied', change),
      ...receipt(reply),
    ])
    return committed ? reply : undefined
  })
