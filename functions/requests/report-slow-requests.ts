import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { requestsContract } from '../../shared/requests/contract.ts'
import { KEPT_MS, reportWrites } from '../../shared/requests/store.ts'
import type { BaseDeps } from '../http-deps.ts'

/** Clocks of other services may be ahead of ours by this much. */
const SKEW_MS = 300_000

/** `POST /api/v1/ops/slow-requests` */
export const reportSlowRequests: Handler<typeof requestsContract.reportSlowRequests, BaseDeps> = async (
  { body, receipt },
  { table, effects },
) => {
  const now = effects.now()
  const fields = body.requests.flatMap(({ at }, index) => {
    const age = now - Date.parse(at)
    return age > KEPT_MS || age < -SKEW_MS
      ? [{ path: `body.requests.${index}.at`, reason: 'must lie within the last 7 days' }]
      : []
  })
  if (fields.length > 0) throw new Problem('invalid_input', { fields })
  const reply = { body: { accepted: body.requests.length } }
  await table.commit([...reportWrites(body.requests, effects), ...receipt(reply)], effects.id())
  return reply
}
