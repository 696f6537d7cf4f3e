import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  InitiateAuthCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { createHmac } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { startCognito, type CognitoOptions } from '../../../local/emulators/cognito.ts'
import { clientOptions, during, REGION, temporaryDirectory } from './support.ts'

const UserPoolId = 'eu-west-1_MidWatch1'
const ClientId = 'web'
const Username = 'ada@example.com'
const PASSWORD = 'correct horse battery'
const definition: CognitoOptions = {
  region: REGION,
  poolId: UserPoolId,
  clients: [
    { clientId: ClientId },
    { clientId: 'confidential', secret: 's3cret' },
    { clientId: 'machine', secret: 'm4chine', scopes: ['midwatch/read', 'midwatch/write'] },
  ],
  users: [{ username: Username, password: PASSWORD, groups: ['responder', 'filmmaker'] }],
}

const TokenReply = z.looseObject({ access_token: z.string().optional(), error: z.string().optional() })

async function pool(options: Partial<CognitoOptions> = {}) {
  const running = await during(startCognito({ ...definition, ...options }))
  const cognito = new CognitoIdentityProviderClient(clientOptions(running.url))
  const signIn = (password = PASSWORD, USERNAME = Username) => {
    const AuthParameters = { USERNAME, PASSWORD: password }
    return cognito.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }))
  }
  const refresh = (REFRESH_TOKEN = '') => {
    const AuthParameters = { REFRESH_TOKEN }
    return cognito.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters }))
  }
  return { running, cognito, signIn, refresh }
}

function verifier(jwks: unknown, tokenUse: 'access' | 'id', clientId = ClientId) {
  const made = CognitoJwtVerifier.create({ userPoolId: UserPoolId, tokenUse, clientId })
  made.cacheJwks(jwks as Parameters<typeof made.cacheJwks>[0])
  return made
}

async function served(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

test('aws-jwt-verify accepts access and ID tokens, with the groups of the user', async () => {
  const { running, signIn } = await pool()
  const { AuthenticationResult: result } = await signIn()
  const jwks = await served(running.jwksUrl)
  const access = await verifier(jwks, 'access').verify(result?.AccessToken ?? '')
  expect(access).toMatchObject({
    'cognito:groups': ['responder', 'filmmaker'],
    username: Username,
  })
  expect(access.iss).toBe(`https://cognito-idp.eu-west-1.amazonaws.com/${UserPoolId}`)
  expect(access.exp - access.iat).toBe(result?.ExpiresIn)
  const id = await verifier(jwks, 'id').verify(result?.IdToken ?? '')
  expect(id).toMatchObject({ aud: ClientId, email: Username, 'cognito:username': Username, sub: access.sub })
})

test('a token that was changed, has expired or is another client’s is refused', async () => {
  const { running, signIn } = await pool()
  const token = (await signIn()).AuthenticationResult?.AccessToken ?? ''
  const jwks = await served(running.jwksUrl)
  const [head, payload = '', signature] = token.split('.')
  const claims = {
    ...JSON.parse(Buffer.from(payload, 'base64url').toString()),
    'cognito:groups': ['superadmin'],
  }
  const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
  await expect(verifier(jwks, 'access').verify(forged)).rejects.toThrow('Invalid signature')
  await expect(verifier(jwks, 'access', 'other').verify(token)).rejects.toThrow('Client ID not allowed')
  const past = await pool({ now: () => 1_700_000_000_000 })
  const old = (await past.signIn()).AuthenticationResult?.AccessToken ?? ''
  await expect(verifier(await served(past.running.jwksUrl), 'access').verify(old)).rejects.toThrow(
    'Token expired',
  )
})

test('a wrong password and an unknown user get the same answer', async () => {
  const { signIn } = await pool()
  const refusal = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' }
  await expect(signIn('wrong password')).rejects.toMatchObject(refusal)
  await expect(signIn(PASSWORD, 'nobody')).rejects.toMatchObject(refusal)
})

test('a disabled user can neither sign in nor refresh, until enabled again', async () => {
  const { cognito, signIn, refresh } = await pool()
  const token = (await signIn()).AuthenticationResult?.RefreshToken
  await cognito.send(new AdminDisableUserCommand({ UserPoolId, Username }))
  const refusal = { name: 'NotAuthorizedException', message: 'User is disabled.' }
  await expect(signIn()).rejects.toMatchObject(refusal)
  await expect(refresh(token)).rejects.toMatchObject(refusal)
  await cognito.send(new AdminEnableUserCommand({ UserPoolId, Username }))
  expect((await refresh(token)).AuthenticationResult?.AccessToken).toBeTypeOf('string')
})

test('signing out everywhere revokes the refresh tokens', async () => {
  const { cognito, signIn, refresh } = await pool()
  const token = (await signIn()).AuthenticationResult?.RefreshToken
  await cognito.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }))
  const refusal = { name: 'NotAuthorizedException', message: 'Refresh Token has been revoked' }
  await expect(refresh(token)).rejects.toMatchObject(refusal)
  await expect(refresh('made up')).rejects.toMatchObject({ message: 'Invalid Refresh Token' })
})

test('a refresh carries the groups of now and keeps the refresh token', async () => {
  const { running, cognito, signIn, refresh } = await pool()
  const token = (await signIn()).AuthenticationResult?.RefreshToken
  await cognito.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admin' }))
  await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'admin' }))
  for (const GroupName of ['responder', 'filmmaker']) {
    await cognito.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, Username, GroupName }))
  }
  const { AuthenticationResult: result } = await refresh(token)
  expect(result?.RefreshToken).toBeUndefined()
  const access = await verifier(running.jwks, 'access').verify(result?.AccessToken ?? '')
  expect(access['cognito:groups']).toEqual(['admin'])
})

test('a created user must change the password before the first token', async () => {
  const { cognito, signIn } = await pool()
  const user = {
    UserPoolId,
    Username: 'grace',
    UserAttributes: [{ Name: 'email', Value: 'grace@example.com' }],
  }
  await cognito.send(new AdminCreateUserCommand({ ...user, TemporaryPassword: 'temporary 1' }))
  expect(await signIn('temporary 1', 'grace')).toMatchObject({ ChallengeName: 'NEW_PASSWORD_REQUIRED' })
  const chosen = { UserPoolId, Username: 'grace', Password: 'permanent 1', Permanent: true }
  await cognito.send(new AdminSetUserPasswordCommand(chosen))
  expect((await signIn('permanent 1', 'grace')).AuthenticationResult?.TokenType).toBe('Bearer')
  const found = await cognito.send(new AdminGetUserCommand({ UserPoolId, Username: 'grace' }))
  expect(found).toMatchObject({ Enabled: true, UserStatus: 'CONFIRMED' })
  expect(found.UserAttributes).toContainEqual({ Name: 'email', Value: 'grace@example.com' })
  expect(found.UserCreateDate).toBeInstanceOf(Date)
})

test('a client that has a secret must prove it', async () => {
  const { cognito } = await pool()
  const signIn = (SECRET_HASH?: string) => {
    const AuthParameters = { USERNAME: Username, PASSWORD, ...(SECRET_HASH ? { SECRET_HASH } : {}) }
    const flow = { UserPoolId, ClientId: 'confidential', AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' } as const
    return cognito.send(new AdminInitiateAuthCommand({ ...flow, AuthParameters }))
  }
  await expect(signIn()).rejects.toThrow('SECRET_HASH was not received')
  await expect(signIn('wrong')).rejects.toThrow('SecretHash does not match')
  const hash = createHmac('sha256', 's3cret').update(`${Username}confidential`).digest('base64')
  expect((await signIn(hash)).AuthenticationResult?.AccessToken).toBeTypeOf('string')
})

test('machine clients get tokens for their scopes and no others', async () => {
  const { running } = await pool()
  const ask = async (form: Record<string, string>, authorization?: string) => {
    const headers = authorization ? { authorization } : undefined
    const response = await fetch(running.tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(form),
      ...(headers && { headers }),
    })
    return { status: response.status, body: TokenReply.parse(await response.json()) }
  }
  const grant = { grant_type: 'client_credentials' }
  const inForm = { client_id: 'machine', client_secret: 'm4chine' }
  const basic = `Basic ${Buffer.from('machine:m4chine').toString('base64')}`
  const read = await ask({ ...grant, scope: 'midwatch/read' }, basic)
  expect(read.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
  const claims = await verifier(running.jwks, 'access', 'machine').verify(read.body.access_token ?? '', {
    scope: 'midwatch/read',
  })
  expect(claims).toMatchObject({ sub: 'machine', client_id: 'machine', scope: 'midwatch/read' })
  expect((await ask({ ...grant, ...inForm })).status).toBe(200)
  const error = async (form: Record<string, string>) => (await ask(form)).body.error
  expect(await error({ ...grant, ...inForm, scope: 'midwatch/admin' })).toBe('invalid_scope')
  expect(await error({ ...grant, ...inForm, client_secret: 'guess' })).toBe('invalid_client')
  expect(await error({ ...grant, client_id: ClientId })).toBe('invalid_client')
  expect(await error({ ...grant, client_id: 'confidential', client_secret: 's3cret' })).toBe(
    'unauthorized_client',
  )
  expect(await error({ ...inForm, grant_type: 'password' })).toBe('unsupported_grant_type')
})

test('the pool and its clients are described; what does not exist is said with AWS’s exception', async () => {
  const { running, cognito, signIn } = await pool()
  const described = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }))
  expect(described.UserPool).toMatchObject({ Id: UserPoolId, EstimatedNumberOfUsers: 1 })
  const client = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId: 'machine' }))
  expect(client.UserPoolClient?.AllowedOAuthScopes).toEqual(['midwatch/read', 'midwatch/write'])
  const configuration = await served(`${running.url}/${UserPoolId}/.well-known/openid-configuration`)
  expect(configuration).toMatchObject({ issuer: running.issuer, token_endpoint: running.tokenUrl })
  const elsewhere = new DescribeUserPoolCommand({ UserPoolId: 'eu-west-1_Elsewhere' })
  await expect(cognito.send(elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  const nobody = new AdminGetUserCommand({ UserPoolId, Username: 'nobody' })
  await expect(cognito.send(nobody)).rejects.toMatchObject({ name: 'UserNotFoundException' })
  const noGroup = new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'nothing' })
  await expect(cognito.send(noGroup)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(signIn('')).rejects.toMatchObject({ name: 'InvalidParameterException' })
  const unknown = cognito.send(new ListUsersCommand({ UserPoolId }))
  await expect(unknown).rejects.toMatchObject({ name: 'UnknownOperationException' })
})

test('users, tokens and refresh tokens survive a restart, and no password or token is in the file', async () => {
  const dataDir = await temporaryDirectory()
  const first = await pool({ dataDir })
  const { AuthenticationResult: before } = await first.signIn()
  await first.running.stop()
  const file = await readFile(join(dataDir, 'cognito.json'), 'utf8')
  expect(file).not.toContain(PASSWORD)
  expect(file).not.toContain(before?.RefreshToken)
  const second = await pool({ dataDir })
  await verifier(await served(second.running.jwksUrl), 'access').verify(before?.AccessToken ?? '')
  expect((await second.refresh(before?.RefreshToken)).AuthenticationResult?.AccessToken).toBeTypeOf('string')
})

test('a broken data file is said in one sentence', async () => {
  const dataDir = await temporaryDirectory()
  await writeFile(join(dataDir, 'cognito.json'), '{')
  await expect(startCognito({ ...definition, dataDir })).rejects.toThrow(
    'cannot be read: delete it to start afresh.',
  )
})
