import { flagInForce, putFlag, type KnownFlag } from '../../shared/feature-flags/change-flag.ts'
import { compileFlag } from '../../shared/feature-flags/compile.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { FlagSet } from '../../shared/feature-flags/evaluate.ts'
import { readContexts } from '../../shared/feature-flags/exposure-store.ts'
import { inForce, knownIn } from '../../shared/feature-flags/flag-store.ts'
import { impactOf } from '../../shared/feature-flags/impact.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { requirePrerequisites, wantedFlag } from './wanted-flag.ts'
import type { FlagDeps } from './deps.ts'

/** Flags as containers evaluate them. */
const compiled = (flags: ReadonlyMap<string, KnownFlag>): FlagSet =>
  new Map(
    [...flags.values()].flatMap((known) => {
      const flag = flagInForce(known)
      return flag === undefined ? [] : [[known.key, compileFlag(flag, known.isSwitched)] as const]
    }),
  )

/** `POST /api/v1/ops/feature-flags/{key}/impact` */
export const getImpact: Handler<typeof featureFlagsContract.getImpact, FlagDeps> = async (
  { params, body },
  { flags, table, effects },
) => {
  const { key } = params
  const [all, contexts] = await Promise.all([flags.all(), readContexts(table, effects.now())])
  const known = knownIn(all, key)
  const flag = wantedFlag(known, body)
  requirePrerequisites(flag, inForce(all))
  const { next } = putFlag(known, flag)
  const before = compiled(all.flags)
  const after = compiled(new Map<string, KnownFlag>([...all.flags, [key, next]]))
  const impact = impactOf(key, before, after, contexts, effects.now)
  return { body: { ...impact, moves: [...impact.moves] } }
}
