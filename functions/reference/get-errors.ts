import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { referenceContract } from '../../shared/reference/contract.ts'
import { PAGE_HEADERS } from '../../shared/reference/headers.ts'
import type { ReferenceDeps } from './deps.ts'

/** `GET /docs/errors` */
export const getErrors: Handler<typeof referenceContract.getErrors, ReferenceDeps> = async (
  _request,
  { errorsHtml },
) => ({ ...errorsHtml, headers: PAGE_HEADERS })
