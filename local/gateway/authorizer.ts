import { CognitoJwtVerifier } from 'aws-jwt-verify'
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  ParameterValidationError,
} from 'aws-jwt-verify/error'
import type { Jwks } from 'aws-jwt-verify/jwk'
import { Problem } from '../../shared/kernel/errors.ts'

/** Claims as API Gateway passes them on: every value is text, a list reads `[a b]`. */
export type TextClaims = Readonly<Record<string, string>>

/**
 * Verifies the Authorization header of a request.
 * @throws `unauthorized`, saying what is wrong with the token
 */
export type Authorizer = (authorization: string | undefined) => TextClaims

interface AuthorizerOptions {
  readonly userPoolId: string
  /** Tokens of these app clients are accepted. */
  readonly clientIds: readonly string[]
  /** The user pool's public keys. */
  readonly jwks: Jwks
}

/** What a caller is told, in API Gateway's words where it has some. */
const REASONS = [
  [JwtExpiredError, 'the token has expired'],
  [JwtNotBeforeError, 'the token is not valid yet'],
  [JwtInvalidIssuerError, 'the token was issued by another user pool'],
  // What the verifier says of an issuer that it does not know.
  [ParameterValidationError, 'the token was issued by another user pool'],
  [CognitoJwtInvalidClientIdError, 'the token was issued to another app client'],
  [CognitoJwtInvalidTokenUseError, 'the token is neither an access nor an id token'],
  [JwtInvalidSignatureError, 'the signature is wrong'],
  [JwtInvalidSignatureAlgorithmError, 'the token is not signed with RS256'],
  [KidNotFoundInJwksError, 'the token is signed with a key that the user pool does not have'],
  [JwtWithoutValidKidError, 'the token does not name its key'],
  [JwtParseError, 'the token is malformed'],
] as const

const reasonOf = (error: unknown): string =>
  REASONS.find(([kind]) => error instanceof kind)?.[1] ?? 'the token is not valid'

function textOf(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.map(textOf).join(' ')}]`
  return typeof claim === 'string' ? claim : JSON.stringify(claim)
}

const rejected = (reason: string): Problem =>
  new Problem('unauthorized', {
    detail: `Sign in again: ${reason}.`,
    headers: { 'www-authenticate': `Bearer scope="" error="invalid_token" error_description="${reason}"` },
  })

const missing = (): Problem =>
  new Problem('unauthorized', {
    detail: 'Send a token in the header "Authorization: Bearer <token>".',
    headers: { 'www-authenticate': 'Bearer' },
  })

/** API Gateway's JWT authorizer for the tokens of one Cognito user pool; access and id tokens both do. */
export function createAuthorizer({ userPoolId, clientIds, jwks }: AuthorizerOptions): Authorizer {
  const verifier = CognitoJwtVerifier.create({ userPoolId, clientId: [...clientIds], tokenUse: null })
  verifier.cacheJwks(jwks)
  return (authorization) => {
    const token = authorization?.replace(/^Bearer(\s+|$)/i, '').trim()
    if (token === undefined || token === '') throw missing()
    try {
      const claims = Object.entries(verifier.verifySync(token))
      return Object.fromEntries(claims.map(([name, claim]) => [name, textOf(claim)]))
    } catch (error) {
      throw rejected(reasonOf(error))
    }
  }
}
