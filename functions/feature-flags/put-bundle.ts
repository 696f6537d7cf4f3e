import { bundleInForce, bundleView } from '../../shared/feature-flags/change-bundle.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { inForce, type AllFlags } from '../../shared/feature-flags/flag-store.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import type { FlagDeps } from './deps.ts'

/** @throws `invalid_input` that names each key which is no flag's */
function requireFlags(keys: readonly string[], all: AllFlags): void {
  const flags = inForce(all)
  const fields = keys.flatMap((key, index) =>
    flags.has(key) ? [] : [{ path: `body.flags.${index}`, reason: 'must be the key of a flag' }],
  )
  if (fields.length > 0) throw new Problem('invalid_input', { fields })
}

/** `PUT /api/v1/ops/feature-flags/bundles/{bundle}` */
export const putBundle: Handler<typeof featureFlagsContract.putBundle, FlagDeps> = (
  { params, body, principal, ifMatch, requestId, receipt },
  { flags, bundles, effects },
) =>
  retrying(effects, async () => {
    const [known, all] = await Promise.all([bundles.get(params.bundle), flags.all()])
    requireMatch(ifMatch, known.version)
    if (known.applied !== undefined) throw new Problem('bundle_applied')
    requireFlags(body.flags, all)
    const { reason, ...fields } = body
    const stored = { ...fields, name: params.bundle }
    const action = bundleInForce(known) === undefined ? 'flag-bundle.created' : 'flag-bundle.changed'
    const next = { ...known, stored, version: known.version + 1 }
    const reply = { body: bundleView(stored, next, all.flags), version: next.version }
    const change = { actor: principal, now: effects.now(), requestId, reason }
    const writes = bundles.writesOf(known, next, action, change)
    const { committed } = await flags.commit([...writes, ...receipt(reply)])
    return committed ? reply : undefined
  })
