import type { EvaluationContext } from '../../shared/feature-flags/context.ts'
import { isPublicKey } from '../../shared/feature-flags/public-key.ts'
import { mayCall, type Principal } from '../../shared/kernel/auth.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { VIEWERS } from '../../shared/kernel/route.ts'
import type { EvaluationDeps } from './deps.ts'

/** A signed-in user as flags know it. */
export const contextOf = ({ id, groups }: Principal): EvaluationContext => ({
  targetingKey: id,
  roles: groups,
})

/** Whoever may not look at the ops API sees public flags alone. */
export const seesOnlyPublic = (principal: Principal): boolean => !mayCall({ roles: VIEWERS }, principal)

/** @throws `unauthorized` without the deployment's public key */
export async function requirePublicKey(
  sent: string | undefined,
  { keyring }: Pick<EvaluationDeps, 'keyring'>,
): Promise<void> {
  if (isPublicKey(await keyring.signingKey(), sent)) return
  const detail =
    sent === undefined
      ? 'Send the public key as X-API-Key.'
      : 'What X-API-Key holds is not the public key of this deployment.'
  throw new Problem('unauthorized', { detail })
}
