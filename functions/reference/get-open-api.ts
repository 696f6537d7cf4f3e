import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { referenceContract } from '../../shared/reference/contract.ts'
import { CACHE_HEADERS } from '../../shared/reference/headers.ts'
import type { ReferenceDeps } from './deps.ts'

/** `GET /api/v1/openapi.json` */
export const getOpenApi: Handler<typeof referenceContract.getOpenApi, ReferenceDeps> = async (
  _request,
  { document },
) => ({ ...document, headers: CACHE_HEADERS })
