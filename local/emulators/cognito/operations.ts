import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { CognitoError, invalidParameter, notAuthorized, resourceNotFound } from './errors.ts'
import { sameText, secretHash } from './passwords.ts'
import type { ClientDefinition, Pool, SignedIn } from './pool.ts'
import type { User } from './state.ts'

/** What the operations work on. Times are milliseconds since the epoch. */
export interface Service {
  readonly region: string
  readonly poolId: string
  readonly createdAtMs: number
  readonly clients: readonly ClientDefinition[]
  readonly pool: Pool
  readonly lifetimeSeconds: number
}

type Operation = (service: Service, input: unknown) => Promise<object>

const PASSWORD_FLOWS = ['USER_PASSWORD_AUTH', 'ADMIN_USER_PASSWORD_AUTH']
const REFRESH_FLOWS = ['REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN']

const Text = z.string().min(1)
const InPool = z.object({ UserPoolId: Text })
const OfUser = InPool.extend({ Username: Text })
const OfGroup = InPool.extend({ GroupName: Text })
const Membership = OfUser.extend({ GroupName: Text })
const Attribute = z.object({ Name: Text, Value: z.string().optional() })
const NewUser = OfUser.extend({
  TemporaryPassword: z.string().optional(),
  UserAttributes: z.array(Attribute).optional(),
})
const NewPassword = OfUser.extend({ Password: Text, Permanent: z.boolean().default(false) })
const SignIn = z.object({
  ClientId: Text,
  AuthFlow: Text,
  AuthParameters: z.record(z.string(), z.string()).default({}),
})

/** The operations of the Cognito user pools API that this stand-in knows, by name. */
export const operations: Readonly<Record<string, Operation>> = {
  InitiateAuth: operation(SignIn, (service, input) => signIn(service, input)),
  AdminInitiateAuth: operation(SignIn.extend({ UserPoolId: Text }), (service, input) =>
    signIn(service, input),
  ),
  AdminCreateUser: operation(NewUser, async ({ pool }, input) => {
    const email = input.UserAttributes?.find(({ Name }) => Name === 'email')?.Value
    return {
      User: userType(await pool.createUser(input.Username, email, input.TemporaryPassword), 'Attributes'),
    }
  }),
  AdminSetUserPassword: operation(NewPassword, ({ pool }, input) =>
    pool.setPassword(input.Username, input.Password, input.Permanent),
  ),
  AdminAddUserToGroup: operation(Membership, ({ pool }, input) =>
    pool.setMembership(input.Username, input.GroupName, true),
  ),
  AdminRemoveUserFromGroup: operation(Membership, ({ pool }, input) =>
    pool.setMembership(input.Username, input.GroupName, false),
  ),
  AdminDisableUser: operation(OfUser, ({ pool }, input) => pool.setEnabled(input.Username, false)),
  AdminEnableUser: operation(OfUser, ({ pool }, input) => pool.setEnabled(input.Username, true)),
  AdminGetUser: operation(OfUser, ({ pool }, input) => userType(pool.user(input.Username), 'UserAttributes')),
  AdminUserGlobalSignOut: operation(OfUser, ({ pool }, input) => pool.signOutEverywhere(input.Username)),
  CreateGroup: operation(OfGroup, async (service, input) => {
    await service.pool.createGroup(input.GroupName)
    return { Group: { GroupName: input.GroupName, UserPoolId: service.poolId } }
  }),
  DescribeUserPool: operation(InPool, describePool),
  DescribeUserPoolClient: operation(InPool.extend({ ClientId: Text }), (service, input) => {
    const { clientId, secret, scopes } = clientOf(service, input.ClientId)
    const UserPoolClient = { UserPoolId: service.poolId, ClientId: clientId, ClientName: clientId }
    return { UserPoolClient: { ...UserPoolClient, ClientSecret: secret, AllowedOAuthScopes: scopes ?? [] } }
  }),
}

/** The client of this id. */
export function clientOf(service: Service, clientId: string): ClientDefinition {
  const found = service.clients.find((client) => client.clientId === clientId)
  if (!found) throw resourceNotFound(`User pool client ${clientId} does not exist.`)
  return found
}

function operation<Input extends object>(
  schema: z.ZodType<Input>,
  run: (service: Service, input: Input) => object | void | Promise<object | void>,
): Operation {
  return async (service, input) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success)
      throw invalidParameter(`1 validation error detected: ${z.prettifyError(parsed.error)}`)
    const { UserPoolId } = InPool.partial().parse(parsed.data)
    if (UserPoolId !== undefined && UserPoolId !== service.poolId) {
      throw resourceNotFound(`User pool ${UserPoolId} does not exist.`)
    }
    return (await run(service, parsed.data)) ?? {}
  }
}

async function signIn(service: Service, input: z.infer<typeof SignIn>): Promise<object> {
  const client = clientOf(service, input.ClientId)
  const { USERNAME, PASSWORD, REFRESH_TOKEN, SECRET_HASH } = input.AuthParameters
  if (REFRESH_FLOWS.includes(input.AuthFlow)) {
    if (!REFRESH_TOKEN) throw invalidParameter('Missing required parameter REFRESH_TOKEN')
    return authenticated(service, service.pool.refresh(REFRESH_TOKEN, client.clientId))
  }
  if (!PASSWORD_FLOWS.includes(input.AuthFlow)) throw invalidParameter('Unsupported authentication flow.')
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

function describePool(service: Service): object {
  const { region, poolId, pool } = service
  const UserPool = {
    Id: poolId,
    Name: 'midwatch',
    Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${poolId}`,
    Status: 'Enabled',
    EstimatedNumberOfUsers: pool.userCount,
    CreationDate: service.createdAtMs / 1000,
    LastModifiedDate: service.createdAtMs / 1000,
    MfaConfiguration: 'OFF',
    Policies: { PasswordPolicy: { MinimumLength: 8 } },
  }
  return { UserPool }
}

/** AdminGetUser and AdminCreateUser name the attributes differently. */
function userType(user: User, attributes: 'Attributes' | 'UserAttributes'): object {
  const email = user.email === undefined ? [] : [{ Name: 'email', Value: user.email }]
  return {
    Username: user.username,
    [attributes]: [{ Name: 'sub', Value: user.sub }, ...email],
    UserCreateDate: user.createdAtMs / 1000,
    UserLastModifiedDate: user.modifiedAtMs / 1000,
    Enabled: user.enabled,
    UserStatus: user.status,
  }
}

/** Runs the operation that an `x-amz-target` header names. */
export async function perform(service: Service, target: string, input: unknown): Promise<object> {
  const name = target.slice(target.indexOf('.') + 1)
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (!found)
    throw new CognitoError('UnknownOperationException', `The local user pool has no operation ${name}.`)
  return found(service, input)
}
