import * as z from 'zod'
import { CognitoError, invalidParameter, resourceNotFound } from './errors.ts'
import { clientOf, type Service } from './service.ts'
import { SignIn, signIn } from './sign-in.ts'
import type { User } from './state.ts'

type Operation = (service: Service, input: unknown) => Promise<object>

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
/** The operations of the Cognito user pools API that this stand-in knows, by name. */
const operations: Readonly<Record<string, Operation>> = {
  InitiateAuth: operation(SignIn, signIn),
  AdminInitiateAuth: operation(SignIn.extend({ UserPoolId: Text }), signIn),
  AdminCreateUser: operation(NewUser, async ({ pool }, input) => {
    const email = input.UserAttributes?.find(({ Name }) => Name === 'email')?.Value
    const user = await pool.createUser(input.Username, input.TemporaryPassword, { email })
    return { User: userType(user, 'Attributes') }
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
