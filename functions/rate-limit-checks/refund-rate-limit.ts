import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { rateLimitChecksContract } from '../../shared/rate-limit-checks/contract.ts'
import { openRefund, useOnce } from '../../shared/rate-limit-checks/store.ts'
import type { BaseDeps } from '../http-deps.ts'

/** `POST /api/v1/rate-limits/refund` */
export const refundRateLimit: Handler<typeof rateLimitChecksContract.refundRateLimit, BaseDeps> = async (
  { body },
  { limits, table, keyring, effects },
) => {
  const refund = openRefund(body.refund_token, await keyring.cursors())
  const isFirst = await useOnce(table, refund, effects)
  return { body: { refunded: isFirst && (await limits.refund(refund.rule, refund.admission)) } }
}
