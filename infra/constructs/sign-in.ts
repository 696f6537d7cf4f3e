import { Aws, Duration, type RemovalPolicy } from 'aws-cdk-lib'
import {
  AccountRecovery,
  CfnUserPoolGroup,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import { ROLES, SCOPES, type Role } from '../../shared/kernel/route.ts'
import { acknowledge } from '../reasons.ts'

const ROLE_DESCRIPTIONS = {
  superadmin: 'May do everything',
  admin: 'May change the set-up',
  responder: 'May act in an emergency',
  viewer: 'May look',
} as const satisfies Record<Role, string>

/** Who issues tokens, and to which clients. */
export interface TokenIssuer {
  readonly userPoolId: string
  readonly clientIds: readonly string[]
}

interface SignInProps {
  readonly prefix: string
  readonly removalPolicy: RemovalPolicy
  readonly deletionProtection: boolean
}

/** Who may use the API: people in groups named like the roles, and machines with scopes. */
export class SignIn extends Construct {
  readonly pool: UserPool
  /** For people: user name and password, then refresh tokens. It has no secret. */
  readonly people: UserPoolClient
  /** For programs: client credentials. */
  readonly machines: UserPoolClient
  /** Where machines get their tokens. */
  readonly tokenUrl: string

  constructor(scope: Construct, id: string, props: SignInProps) {
    super(scope, id)
    this.pool = this.#addPool(props)
    ROLES.forEach((role, precedence) => {
      new CfnUserPoolGroup(this, role, {
        userPoolId: this.pool.userPoolId,
        groupName: role,
        description: ROLE_DESCRIPTIONS[role],
        precedence,
      })
    })
    this.people = this.pool.addClient('People', {
      authFlows: { userPassword: true },
      disableOAuth: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(7),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
    })
    this.machines = this.#addMachines()
    const domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `${props.prefix}-${Aws.ACCOUNT_ID}` },
    })
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`
  }

  #addPool({ prefix, removalPolicy, deletionProtection }: SignInProps): UserPool {
    const pool = new UserPool(this, 'Pool', {
      userPoolName: prefix,
      selfSignUpEnabled: false,
      signInAliases: { username: true, email: true },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      removalPolicy,
      deletionProtection,
    })
    acknowledge(pool, 'AwsSolutions-COG2', 'optional-mfa')
    acknowledge(pool, 'AwsSolutions-COG3', 'cognito-plus')
    acknowledge(pool, 'AwsSolutions-COG8', 'cognito-plus')
    return pool
  }

  #addMachines(): UserPoolClient {
    const scopes = SCOPES.map((name) => scopeNamed(name))
    const server: UserPoolResourceServer = this.pool.addResourceServer('Api', {
      identifier: 'midwatch',
      scopes,
    })
    return this.pool.addClient('Machines', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: scopes.map((scope) => OAuthScope.resourceServer(server, scope)),
      },
      accessTokenValidity: Duration.hours(1),
    })
  }
}

const SCOPE_DESCRIPTIONS: Readonly<Record<(typeof SCOPES)[number], string>> = {
  'midwatch/read': 'Read everything that viewers see',
  'midwatch/write': 'Do what responders do',
  'midwatch/configure': 'Change flags and configuration',
  'midwatch/report': 'Report slow requests of another service',
  'midwatch/limit': 'Ask for rate-limit decisions',
  'midwatch/evaluate': 'Evaluate feature flags',
}

const scopeNamed = (name: (typeof SCOPES)[number]): ResourceServerScope =>
  new ResourceServerScope({
    scopeName: name.slice('midwatch/'.length),
    scopeDescription: SCOPE_DESCRIPTIONS[name],
  })
