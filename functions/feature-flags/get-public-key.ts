import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { publicKeyOf } from '../../shared/feature-flags/public-key.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/public-key` */
export const getPublicKey: Handler<typeof featureFlagsContract.getPublicKey, FlagDeps> = async (
  _request,
  { keyring },
) => ({ body: { public_key: publicKeyOf(await keyring.signingKey()) } })
