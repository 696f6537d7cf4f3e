import { createHash, createPrivateKey, createPublicKey, generateKeyPair, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { User } from './state.ts'

const ACCESS_TOKEN_SECONDS = 3600

/** What every token of one sign-in shares. */
export interface SignIn {
  readonly user: User
  readonly clientId: string
  readonly originJti: string
  readonly authTimeMs: number
}

export interface TokenIssuer {
  readonly issuer: string
  readonly lifetimeSeconds: number
  readonly jwks: { readonly keys: readonly object[] }
  /** A user's access token, claims as Cognito forms them. */
  readonly accessToken: (signIn: SignIn) => string
  readonly idToken: (signIn: SignIn) => string
  /** A machine client's access token. */
  readonly clientToken: (clientId: string, scopes: readonly string[]) => string
}

/** A fresh RSA key for a pool: PKCS#8 PEM and the key id that its tokens name. */
export async function generateSigningKey(): Promise<{ privateKey: string; keyId: string }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { privateKey: pem, keyId: createHash('sha256').update(pem).digest('base64') }
}

/** @param options.now milliseconds since the epoch */
export function tokenIssuer(options: {
  readonly region: string
  readonly poolId: string
  readonly privateKey: string
  readonly keyId: string
  readonly now: () => number
}): TokenIssuer {
  const issuer = `https://cognito-idp.${options.region}.amazonaws.com/${options.poolId}`
  const key = createPrivateKey(options.privateKey)
  const { e, n } = createPublicKey(key).export({ format: 'jwk' })
  const mint = (claims: Readonly<Record<string, unknown>>, authTimeMs?: number): string => {
    const iat = Math.floor(options.now() / 1000)
    const auth_time = authTimeMs === undefined ? iat : Math.floor(authTimeMs / 1000)
    const times = { auth_time, iat, exp: iat + ACCESS_TOKEN_SECONDS, jti: randomUUID(), iss: issuer }
    const text = `${encode({ kid: options.keyId, alg: 'RS256' })}.${encode({ ...claims, ...times })}`
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }
  return {
    issuer,
    lifetimeSeconds: ACCESS_TOKEN_SECONDS,
    jwks: { keys: [{ alg: 'RS256', e, kid: options.keyId, kty: 'RSA', n, use: 'sig' }] },
    accessToken: (signIn) => mint(accessClaims(signIn), signIn.authTimeMs),
    idToken: (signIn) => mint(idClaims(signIn), signIn.authTimeMs),
    clientToken: (clientId, scopes) =>
      mint({ sub: clientId, token_use: 'access', scope: scopes.join(' '), version: 2, client_id: clientId }),
  }
}

function accessClaims({ user, clientId, originJti }: SignIn): Record<string, unknown> {
  return {
    ...sharedClaims(user),
    client_id: clientId,
    origin_jti: originJti,
    event_id: randomUUID(),
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    username: user.username,
  }
}

function idClaims({ user, clientId, originJti }: SignIn): Record<string, unknown> {
  return {
    ...sharedClaims(user),
    ...(user.email === undefined ? {} : { email: user.email, email_verified: true }),
    'cognito:username': user.username,
    origin_jti: originJti,
    aud: clientId,
    event_id: randomUUID(),
    token_use: 'id',
  }
}

/** Cognito leaves the groups claim out when there are none. */
function sharedClaims(user: User): Record<string, unknown> {
  return { sub: user.sub, ...(user.groups.length > 0 ? { 'cognito:groups': user.groups } : {}) }
}

function encode(part: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
