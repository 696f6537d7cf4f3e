import { publicValues } from '../../shared/config/config-set.ts'
import type { publicConfigContract } from '../../shared/public-config/contract.ts'
import { canonicalJson, sha256 } from '../../shared/kernel/canonical.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { PublicConfigDeps } from './deps.ts'

/** Digits of the hash that an ETag carries: two answers with the same one do not occur. */
const ETAG_DIGITS = 32

/** `GET /api/v1/config` */
export const getPublicConfig: Handler<typeof publicConfigContract.getPublicConfig, PublicConfigDeps> = async (
  _request,
  { reader },
) => {
  const { value } = await reader.refresh()
  const config = publicValues(value)
  // Of what is shown and nothing else: a change of the definition shows, and one of an entry that is not public does not.
  return { body: { config }, version: sha256(canonicalJson(config)).slice(0, ETAG_DIGITS) }
}
