import { flagInForce } from '../../shared/feature-flags/change-flag.ts'
import type { FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import type { FlagView } from '../../shared/feature-flags/schemas.ts'
import { flagView } from '../../shared/feature-flags/view.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'

export const unknownFlag = (key: string): Problem =>
  new Problem('unknown_flag', { detail: `There is no flag "${key}".` })

/**
 * The flag that holds under a key.
 * @throws `unknown_flag`
 */
export function flagAt(known: FoundFlag): Flag {
  const flag = flagInForce(known)
  if (flag === undefined) throw unknownFlag(known.key)
  return flag
}

/** The flag as it is shown: an archived one as it was. */
export function replyOf(known: FoundFlag, shown: Flag | undefined = flagInForce(known)): Reply<FlagView> {
  if (shown === undefined) throw new Problem('unknown_flag')
  return { body: flagView(shown, known), version: known.version }
}
