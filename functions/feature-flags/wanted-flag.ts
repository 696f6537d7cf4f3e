import { flagInForce, shownFlag } from '../../shared/feature-flags/change-flag.ts'
import type { FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import { flagOf, type Flag } from '../../shared/feature-flags/flag.ts'
import { dependencyFaults } from '../../shared/feature-flags/prerequisites.ts'
import { bodyFaults, fieldsOf, type FlagBody } from '../../shared/feature-flags/schemas.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { flagAt } from './flag-at.ts'

/** Whoever asks for a type gets the fallback of another one. */
const typeFaults = (wanted: string, current: string) =>
  wanted === current
    ? []
    : [{ path: ['type'], reason: `must stay "${current}": code asks for it. Create another flag instead` }]

/** @throws `invalid_input` when a flag that is, or once was, has another type */
export function requireType({ type }: Flag, { archived, ...known }: FoundFlag, path: string): void {
  const current = flagInForce(known) ?? archived
  const [fault] = current === undefined ? [] : typeFaults(type, current.type)
  if (fault !== undefined) throw new Problem('invalid_input', { fields: [{ path, reason: fault.reason }] })
}

/**
 * The flag that a body asks for.
 * @throws `unknown_flag`; `invalid_input` when the body does not go together with what stays of the flag
 */
export function wantedFlag(known: FoundFlag, body: FlagBody): Flag {
  const current = shownFlag(flagAt(known), known.isSwitched)
  const fields = fieldsOf(body, current)
  const faults = [...bodyFaults(fields), ...typeFaults(fields.type, current.type)]
  if (faults.length === 0) return flagOf(known.key, fields)
  throw new Problem('invalid_input', {
    fields: faults.map(({ path, reason }) => ({ path: ['body', ...path].join('.'), reason })),
  })
}

/** @throws `invalid_input` when a flag's prerequisites are wrong among the others, or theirs with it */
export function requirePrerequisites(flag: Flag, others: ReadonlyMap<string, Flag>): void {
  const faults = dependencyFaults(flag, others)
  if (faults.length === 0) return
  throw new Problem('invalid_input', {
    fields: faults.map(({ path, reason }) => ({ path: `body.${path}`, reason })),
  })
}

/** A bundle of 40 flags is one transaction of 4 MB at most, and holds each flag three times. */
const MAX_FLAG_BYTES = 32_000

/** @throws `invalid_input` when a flag is larger than its items may be */
export function requireSmall(flag: Flag): void {
  const bytes = Buffer.byteLength(JSON.stringify(flag))
  if (bytes <= MAX_FLAG_BYTES) return
  const reason = `must not make a flag of more than ${MAX_FLAG_BYTES} bytes; this would have ${bytes}`
  throw new Problem('invalid_input', { fields: [{ path: 'body', reason }] })
}
