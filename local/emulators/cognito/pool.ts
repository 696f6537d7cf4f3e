import { randomBytes, randomUUID } from 'node:crypto'
import {
  CognitoError,
  notAuthorized,
  resourceNotFound,
  userDisabled,
  userNotFound,
  wrongPassword,
} from './errors.ts'
import { hashPassword, passwordMatches, sha256 } from './passwords.ts'
import type { RefreshToken, State, User } from './state.ts'
import type { SignIn, TokenIssuer } from './tokens.ts'

const REFRESH_TOKEN_MS = 30 * 24 * 3600 * 1000

export interface ClientDefinition {
  readonly clientId: string
  readonly secret?: string
  /** Scopes that the client may ask for with client credentials, e.g. `midwatch/read`; none means it may not. */
  readonly scopes?: readonly string[]
}

export interface SignedIn {
  readonly accessToken: string
  readonly idToken: string
  /** Absent after a refresh, as Cognito does not rotate it. */
  readonly refreshToken?: string
}

/** A user pool: users, groups and sign-ins. Every change is on disk before its method resolves. */
export class Pool {
  readonly #state: State
  readonly #save: () => Promise<void>
  readonly #now: () => number
  readonly #tokens: TokenIssuer

  constructor(parts: { state: State; save: () => Promise<void>; now: () => number; tokens: TokenIssuer }) {
    this.#state = parts.state
    this.#save = parts.save
    this.#now = parts.now
    this.#tokens = parts.tokens
  }

  get userCount(): number {
    return this.#state.users.length
  }

  has(username: string): boolean {
    return this.#state.users.some((user) => user.username === username)
  }

  user(username: string): User {
    const found = this.#state.users.find((user) => user.username === username)
    if (!found) throw userNotFound()
    return found
  }

  /** @param options.confirmed may sign in with this password; otherwise it must be changed first */
  async createUser(
    username: string,
    password = randomBytes(12).toString('base64url'),
    options: { readonly email?: string | undefined; readonly confirmed?: boolean } = {},
  ): Promise<User> {
    const passwordHash = await hashPassword(password)
    if (this.has(username)) throw new CognitoError('UsernameExistsException', 'User account already exists')
    const email = options.email ?? (username.includes('@') ? username : undefined)
    const user: User = {
      username,
      sub: randomUUID(),
      ...(email === undefined ? {} : { email }),
      passwordHash,
      status: options.confirmed ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      enabled: true,
      groups: [],
      createdAtMs: this.#now(),
      modifiedAtMs: this.#now(),
    }
    this.#state.users.push(user)
    await this.#save()
    return user
  }

  async setPassword(username: string, password: string, permanent: boolean): Promise<void> {
    const passwordHash = await hashPassword(password)
    await this.#change(username, { passwordHash, status: permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD' })
  }

  async setEnabled(username: string, enabled: boolean): Promise<void> {
    await this.#change(username, { enabled })
  }

  hasGroup(group: string): boolean {
    return this.#state.groups.includes(group)
  }

  async createGroup(group: string): Promise<void> {
    if (this.hasGroup(group)) {
      throw new CognitoError('GroupExistsException', 'A group with the name already exists.')
    }
    this.#state.groups.push(group)
    await this.#save()
  }

  async setMembership(username: string, group: string, member: boolean): Promise<void> {
    const others = this.user(username).groups.filter((name) => name !== group)
    if (!this.hasGroup(group)) throw resourceNotFound('Group not found.')
    await this.#change(username, { groups: member ? [...others, group] : others })
  }

  /** The user behind a name and a password; a name that does not exist is not told apart from a wrong password. */
  async checkPassword(username: string, password: string): Promise<User> {
    const user = this.has(username) ? this.user(username) : undefined
    if (!user || !(await passwordMatches(password, user.passwordHash))) throw wrongPassword()
    if (!user.enabled) throw userDisabled()
    return user
  }

  async signIn(user: User, clientId: string): Promise<SignedIn> {
    const refreshToken = randomBytes(48).toString('base64url')
    const now = this.#now()
    const session: RefreshToken = {
      hash: sha256(refreshToken),
      username: user.username,
      clientId,
      originJti: randomUUID(),
      authTimeMs: now,
      expiresAtMs: now + REFRESH_TOKEN_MS,
      revoked: false,
    }
    this.#state.refreshTokens = this.#state.refreshTokens.filter((token) => token.expiresAtMs > now)
    this.#state.refreshTokens.push(session)
    await this.#save()
    return { ...this.#mint(user, session), refreshToken }
  }

  refresh(refreshToken: string, clientId: string): SignedIn {
    const hash = sha256(refreshToken)
    const session = this.#state.refreshTokens.find(
      (token) => token.hash === hash && token.clientId === clientId,
    )
    if (!session) throw notAuthorized('Invalid Refresh Token')
    if (session.revoked) throw notAuthorized('Refresh Token has been revoked')
    if (session.expiresAtMs <= this.#now()) throw notAuthorized('Refresh Token has expired')
    const user = this.user(session.username)
    if (!user.enabled) throw userDisabled()
    return this.#mint(user, session)
  }

  async signOutEverywhere(username: string): Promise<void> {
    this.user(username)
    for (const token of this.#state.refreshTokens) if (token.username === username) token.revoked = true
    await this.#save()
  }

  #mint(user: User, session: RefreshToken): SignedIn {
    const signIn: SignIn = { user, ...session }
    return { accessToken: this.#tokens.accessToken(signIn), idToken: this.#tokens.idToken(signIn) }
  }

  async #change(username: string, change: Partial<User>): Promise<void> {
    Object.assign(this.user(username), change, { modifiedAtMs: this.#now() })
    await this.#save()
  }
}
