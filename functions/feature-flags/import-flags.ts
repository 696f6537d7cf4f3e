import { flagInForce, putFlag } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { inForce, knownIn, type AllFlags } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import { importFlags as convert } from '../../shared/feature-flags/imports/index.ts'
import { WHOLE, type Import } from '../../shared/feature-flags/imports/import.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import { mustWait } from './changing.ts'
import { requirePrerequisites, requireSmall, requireType } from './wanted-flag.ts'
import type { FlagDeps } from './deps.ts'

/** A transaction takes 100 writes, and each flag two of them. */
const MAX_FLAGS = 45

/** @throws `flag_exists` that names all of them; `invalid_input` when one is too large or needs what there is not */
function requireImportable(flags: readonly Flag[], all: AllFlags): void {
  const taken = flags.filter(({ key }) => flagInForce(knownIn(all, key)) !== undefined)
  if (taken.length > 0) {
    const keys = taken.map(({ key }) => key).join(', ')
    throw new Problem('flag_exists', { detail: `There are flags with these keys already: ${keys}.` })
  }
  const guarded = flags.filter(({ key }) => mustWait(knownIn(all, key))).map(({ key }) => key)
  if (guarded.length > 0) {
    const reason = `must not bring back what demanded a second person: create ${guarded.join(', ')} one by one`
    throw new Problem('invalid_input', { fields: [{ path: 'body', reason }] })
  }
  const others = new Map([...inForce(all), ...flags.map((flag) => [flag.key, flag] as const)])
  for (const flag of flags) {
    requireType(flag, knownIn(all, flag.key), 'body')
    requireSmall(flag)
    requirePrerequisites(flag, others)
  }
}

/** @throws `invalid_input` when nothing of the body is the vendor's */
function requireFormat(skipped: readonly { readonly key: string; readonly reason: string }[]): void {
  const whole = skipped.find(({ key }) => key === WHOLE)
  if (whole !== undefined)
    throw new Problem('invalid_input', { fields: [{ path: 'body', reason: whole.reason }] })
}

/** @throws `invalid_input` when there are more than a transaction takes */
function requireFew(flags: readonly Flag[]): void {
  if (flags.length <= MAX_FLAGS) return
  const reason = `must hold at most ${MAX_FLAGS} flags; these are ${flags.length}. Name some of them in query.keys`
  throw new Problem('invalid_input', { fields: [{ path: 'body', reason }] })
}

/**
 * What a request names of a file; all when it names nothing.
 * @throws `invalid_input` that says what of it is not there
 */
function picked({ flags, skipped }: Import, keys: string | undefined): Import {
  if (keys === undefined) return { flags, skipped }
  const wanted = new Set(keys.split(',').map((key) => key.trim()))
  const has = ({ key }: { readonly key: string }) => wanted.has(key)
  const known = new Set([...flags, ...skipped].map(({ key }) => key))
  const missing = [...wanted].filter((key) => !known.has(key))
  if (missing.length === 0) return { flags: flags.filter(has), skipped: skipped.filter(has) }
  const reason = `must name flags of the file; it has no ${missing.join(', ')}`
  throw new Problem('invalid_input', { fields: [{ path: 'query.keys', reason }] })
}

/** `POST /api/v1/ops/feature-flags/import` */
export const importFlags: Handler<typeof featureFlagsContract.importFlags, FlagDeps> = (
  { query, body, principal, requestId, receipt },
  { flags: store, table, effects },
) => {
  const found = convert(query.vendor, body)
  requireFormat(found.skipped)
  const { flags, skipped } = picked(found, query.keys)
  const isDryRun = query.dry_run === 'true'
  if (!isDryRun) requireFew(flags)
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
