import {
  liveEntry,
  proposalFaults,
  reasonFaults,
  valueOf,
  type KnownEntry,
} from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { Verdict } from '../../shared/config/schemas.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'

function verdictOn(
  key: string,
  known: KnownEntry | undefined,
  proposed: unknown,
  reason: string | undefined,
): Verdict {
  const live = liveEntry(known)
  if (live === undefined) return { key, valid: false, reason: 'is not a known key', proposed }
  const [fault] = [...proposalFaults(live, { value: proposed }, key), ...reasonFaults(live, reason, 'reason')]
  const current = valueOf(live)
  if (fault === undefined) return { key, valid: true, current, proposed }
  const where = fault.path === key ? '' : `${fault.path} `
  return { key, valid: false, reason: `${where}${fault.reason}`, current, proposed }
}

/** `POST /api/v1/ops/config/validate` */
export const validateConfig: Handler<typeof configContract.validateConfig, ConfigDeps> = async (
  { body: { values, reason } },
  { config },
) => {
  const entries = await config.all()
  const results = Object.entries(values).map(([key, proposed]) =>
    verdictOn(key, entries.get(key), proposed, reason),
  )
  return { body: { valid: results.every(({ valid }) => valid), results } }
}
