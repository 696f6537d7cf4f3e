import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { referenceContract } from '../../shared/reference/contract.ts'
import { PAGE_HEADERS } from '../../shared/reference/headers.ts'
import type { ReferenceDeps } from './deps.ts'

/** `GET /docs` */
export const getReference: Handler<typeof referenceContract.getReference, ReferenceDeps> = async (
  _request,
  { referenceHtml },
) => ({ ...referenceHtml, headers: PAGE_HEADERS })
