import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { invalidParameter, notAuthorized } from './errors.ts'
import { sameText, secretHash } from './passwords.ts'
import type { ClientDefinition, SignedIn } from './pool.ts'
import { clientOf, type Service } from './service.ts'
import type { User } from './state.ts'

const PASSWORD_FLOWS = new Set(['USER_PASSWORD_AUTH', 'ADMIN_USER_PASSWORD_AUTH'])
const REFRESH_FLOWS = new Set(['REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN'])

/** Input of InitiateAuth. */
export const SignIn = z.object({
  ClientId: z.string().min(1),
  AuthFlow: z.string().min(1),
  AuthParameters: z.record(z.string(), z.string()).default({}),
})

/** Answers InitiateAuth: tokens for a password or a refresh token, or the challenge to choose a password. */
export async function signIn(service: Service, input: z.infer<typeof SignIn>): Promise<object> {
  const client = clientOf(service, input.ClientId)
  const { USERNAME, PASSWORD, REFRESH_TOKEN, SECRET_HASH } = input.AuthParameters
  if (REFRESH_FLOWS.has(input.AuthFlow)) {
    if (!REFRESH_TOKEN) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
    return authenticated(service, service.pool.refresh(REFRESH_TOKEN, client.clientId))
  }
  if (!PASSWORD_FLOWS.has(input.AuthFlow)) throw invalidParameter('Unsupported authentication flow.')
  if (!USERNAME) throw invalidParameter('Missing required parameter USERNAME')
  if (!PASSWORD) throw invalidParameter('Missing required parameter PASSWORD')
  checkSecretHash(client, USERNAME, SECRET_HASH)
  const user = await service.pool.checkPassword(USERNAME, PASSWORD)
  if (user.status === 'FORCE_CHANGE_PASSWORD') return newPasswordChallenge(user)
  return authenticated(service, await service.pool.signIn(user, client.clientId))
}

function checkSecretHash(client: ClientDefinition, username: string, given: string | undefined): void {
  const { clientId, secret } = client
  if (secret === undefined) return
  if (given === undefined) {
    throw notAuthorized(`Client ${clientId} is configured with secret but SECRET_HASH was not received`)
  }
  if (!sameText(secretHash(secret, username, clientId), given)) {
    throw notAuthorized(`SecretHash does not match for the client: ${clientId}`)
  }
}

function authenticated(service: Service, tokens: SignedIn): object {
  return {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: tokens.accessToken,
      IdToken: tokens.idToken,
      RefreshToken: tokens.refreshToken,
      ExpiresIn: service.lifetimeSeconds,
      TokenType: 'Bearer',
    },
  }
}

function newPasswordChallenge(user: User): object {
  const ChallengeParameters = { USER_ID_FOR_SRP: user.username, requiredAttributes: '[]' }
  return { ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: randomUUID(), ChallengeParameters }
}
