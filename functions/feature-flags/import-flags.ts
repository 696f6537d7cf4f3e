import { flagInForce, putFlag } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { inForce, knownIn, type AllFlags } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import { importFlags as convert } from '../../shared/feature-flags/imports/index.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import { requirePrerequisites, requireSmall } from './wanted-flag.ts'
import type { FlagDeps } from './deps.ts'

/** A transaction takes 100 writes, and each flag two of them. */
const MAX_FLAGS = 45

/** @throws `flag_exists` that names all of them; `invalid_input` when there are too many, or prerequisites are missing */
function requireImportable(flags: readonly Flag[], all: AllFlags): void {
  if (flags.length > MAX_FLAGS) {
    const reason = `must hold at most ${MAX_FLAGS} flags; these are ${flags.length}`
    throw new Problem('invalid_input', { fields: [{ path: 'body', reason }] })
  }
  const taken = flags.filter(({ key }) => flagInForce(knownIn(all, key)) !== undefined)
  if (taken.length > 0) {
    const keys = taken.map(({ key }) => key).join(', ')
    throw new Problem('flag_exists', { detail: `There are flags with these keys already: ${keys}.` })
  }
  const others = new Map([...inForce(all), ...flags.map((flag) => [flag.key, flag] as const)])
  for (const flag of flags) {
    requireSmall(flag)
    requirePrerequisites(flag, others)
  }
}

/** What is skipped as a whole. */
const EVERYTHING = '*'

/** @throws `invalid_input` when nothing of the body is the vendor's */
function requireFormat(skipped: readonly { readonly key: string; readonly reason: string }[]): void {
  const whole = skipped.find(({ key }) => key === EVERYTHING)
  if (whole !== undefined)
    throw new Problem('invalid_input', { fields: [{ path: 'body', reason: whole.reason }] })
}

/** `POST /api/v1/ops/feature-flags/import` */
export const importFlags: Handler<typeof featureFlagsContract.importFlags, FlagDeps> = (
  { query, body, principal, requestId, receipt },
  { flags: store, table, effects },
) => {
  const { flags, skipped } = convert(query.vendor, body)
  requireFormat(skipped)
  const isDryRun = query.dry_run === 'true'
  const reply = { body: { imported: flags.map(({ key }) => key), skipped: [...skipped], dry_run: isDryRun } }
  return inTurn({ table, effects, entity: 'flag-live' }, async () => {
    const all = await store.all()
    requireImportable(flags, all)
    if (isDryRun || flags.length === 0) return reply
    const changes = flags.map((flag) => {
      const known = knownIn(all, flag.key)
      return { known, decision: putFlag(known, flag) }
    })
    const change = {
      actor: principal,
      now: effects.now(),
      requestId,
      reason: `imported from ${query.vendor}`,
    }
    const { committed } = await store.commit([...store.writesOf(all, changes, change), ...receipt(reply)])
    return committed ? reply : undefined
  })
}
