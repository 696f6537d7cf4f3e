import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  NotAuthorizedException,
} from '@aws-sdk/client-cognito-identity-provider'
import * as z from 'zod'

/** Where people sign in. */
export interface UserSignIn {
  readonly region: string
  readonly clientId: string
  readonly username: string
  readonly password: string
  /** In place of Cognito's own address. */
  readonly endpoint?: string
}

/** Where a machine gets its token: an app client with a secret. */
export interface MachineSignIn {
  /** `https://<domain>/oauth2/token` */
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Signing in with a password needs no AWS credentials, so none are looked for. */
function cognitoClient({ region, endpoint }: UserSignIn): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    ...(endpoint === undefined ? {} : { endpoint }),
  })
}

/**
 * Signs a user in with a password (`USER_PASSWORD_AUTH`).
 * @returns an access token
 * @throws one sentence when the password is wrong, or something else than a token comes back
 */
export async function userToken(signIn: UserSignIn): Promise<string> {
  const client = cognitoClient(signIn)
  const { clientId, username, password } = signIn
  const AuthParameters = { USERNAME: username, PASSWORD: password }
  const command = new InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clientId,
    AuthParameters,
  })
  try {
    const { AuthenticationResult, ChallengeName } = await client.send(command)
    if (AuthenticationResult?.AccessToken !== undefined) return AuthenticationResult.AccessToken
    throw new Error(`The user pool asks ${username} for more than a password (${ChallengeName}).`)
  } catch (error) {
    if (!(error instanceof NotAuthorizedException)) throw error
    throw new Error(`The user pool refuses ${username}: ${error.message}`, { cause: error })
  } finally {
    client.destroy()
  }
}

const Granted = z.object({ access_token: z.string() })

/**
 * Gets a machine's token with its client credentials.
 * @throws one sentence when the client is refused
 */
export async function machineToken({ tokenUrl, clientId, clientSecret }: MachineSignIn): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  }).catch((cause: unknown) => {
    throw new Error(`${tokenUrl} cannot be reached; MIDWATCH_TOKEN_URL names another address.`, { cause })
  })
  const granted = Granted.safeParse(await response.json().catch(() => undefined))
  if (granted.success) return granted.data.access_token
  throw new Error(`The user pool refuses the machine client ${clientId} (status ${response.status}).`)
}
