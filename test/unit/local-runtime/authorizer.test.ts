import { createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createAuthorizer } from '../../../local/gateway/authorizer.ts'
import { Problem } from '../../../shared/kernel/errors.ts'

const POOL = 'us-east-1_Midwatch1'
const CLIENT = 'client1'
const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${POOL}`
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', kty: 'RSA', alg: 'RS256', use: 'sig' }
const authorize = createAuthorizer({
  userPoolId: POOL,
  clientIds: [CLIENT, 'machine1'],
  jwks: { keys: [jwk] },
})

const nowSeconds = Math.trunc(Date.now() / 1000)
const access = {
  iss: ISSUER,
  sub: 'user-1',
  client_id: CLIENT,
  token_use: 'access',
  username: 'ada',
  scope: 'openid',
  'cognito:groups': ['admin', 'viewer'],
  iat: nowSeconds,
  exp: nowSeconds + 300,
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

function signed(claims: object, options: { header?: object; key?: typeof keys.privateKey } = {}): string {
  const head = `${encode({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...options.header })}.${encode(claims)}`
  const signature = createSign('RSA-SHA256')
    .update(head)
    .sign(options.key ?? keys.privateKey)
  return `${head}.${signature.toString('base64url')}`
}

function refusal(authorization: string | undefined): Problem {
  try {
    authorize(authorization)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('The token was accepted.')
}

describe('the authorizer', () => {
  test('hands over the claims of an access token as text, lists in brackets', () => {
    expect(authorize(`Bearer ${signed(access)}`)).toEqual({
      ...access,
      'cognito:groups': '[admin viewer]',
      iat: String(access.iat),
      exp: String(access.exp),
    })
  })

  test('accepts an id token, which names its client as audience', () => {
    const { client_id, ...rest } = access
    expect(authorize(`Bearer ${signed({ ...rest, aud: client_id, token_use: 'id' })}`)).toMatchObject({
      aud: CLIENT,
    })
  })

  test('accepts a token without the word Bearer, as API Gateway does', () => {
    expect(authorize(signed(access))).toMatchObject({ username: 'ada' })
  })

  test.each([undefined, '', 'Bearer', 'Bearer '])('asks for a token when there is none (%j)', (header) => {
    const problem = refusal(header)
    expect(problem.code).toBe('unauthorized')
    expect(problem.headers).toEqual({ 'www-authenticate': 'Bearer' })
    expect(problem.detail).toContain('Authorization: Bearer')
  })

  test('says in the challenge that a token has expired', () => {
    const problem = refusal(`Bearer ${signed({ ...access, exp: nowSeconds - 1 })}`)
    expect(problem.headers['www-authenticate']).toContain(
      'error="invalid_token" error_description="the token has expired"',
    )
    expect(problem.detail).toContain('the token has expired')
  })

  test.each([
    ['malformed', 'Bearer abc.def', 'malformed'],
    ['malformed', 'Basic dTpw', 'malformed'],
    ['forged', `Bearer ${signed(access, { key: otherKeys.privateKey })}`, 'signature is wrong'],
    ['signed with an unknown key', `Bearer ${signed(access, { header: { kid: 'k2' } })}`, 'does not have'],
    ['unsigned', `Bearer ${signed(access, { header: { alg: 'none' } })}`, 'not signed with RS256'],
    ['of another pool', `Bearer ${signed({ ...access, iss: `${ISSUER}2` })}`, 'another user pool'],
    ['of another client', `Bearer ${signed({ ...access, client_id: 'client2' })}`, 'another app client'],
    [
      'of another use',
      `Bearer ${signed({ ...access, token_use: 'refresh' })}`,
      'neither an access nor an id',
    ],
    ['not valid yet', `Bearer ${signed({ ...access, nbf: nowSeconds + 200 })}`, 'not valid yet'],
  ])('refuses a token that is %s and says so', (_, header, reason) => {
    const problem = refusal(header)
    expect(problem.code).toBe('unauthorized')
    expect(problem.detail).toContain(reason)
    expect(problem.headers['www-authenticate']).toContain('error="invalid_token"')
  })
})
