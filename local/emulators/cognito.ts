import { createServer } from 'node:http'
import { join } from 'node:path'
import { Pool, type ClientDefinition } from './cognito/pool.ts'
import { answer } from './cognito/server.ts'
import type { Service } from './cognito/service.ts'
import { loadState, stateWriter, type State } from './cognito/state.ts'
import { generateSigningKey, tokenIssuer, type TokenIssuer } from './cognito/tokens.ts'
import { close, listen, LOOPBACK, type Running } from './running.ts'

export type { ClientDefinition } from './cognito/pool.ts'

export interface SeededUser {
  readonly username: string
  readonly password: string
  readonly groups: readonly string[]
}

export interface CognitoOptions {
  /** 0 or absent for any free port. */
  readonly port?: number
  readonly region: string
  /** In the form that AWS gives out, e.g. `eu-west-1_MidWatch1`, or token verifiers refuse it. */
  readonly poolId: string
  readonly clients: readonly ClientDefinition[]
  /** Created with their groups when they are not there yet; who exists keeps password and groups. */
  readonly users?: readonly SeededUser[]
  /** Keeps the signing key, users and refresh tokens between runs (`cognito.json`); without it they live in memory. */
  readonly dataDir?: string
  /** Milliseconds since the epoch; the system's clock unless a test says otherwise. */
  readonly now?: () => number
}

export interface RunningCognito extends Running {
  /** `iss` of the tokens: AWS's own URL for the pool, at which nothing answers; the keys are at `jwksUrl`. */
  readonly issuer: string
  readonly jwksUrl: string
  /** What `jwksUrl` serves, for `cacheJwks`. */
  readonly jwks: TokenIssuer['jwks']
  /** Where machine clients get their tokens. */
  readonly tokenUrl: string
}

/**
 * Starts a user pool that speaks Cognito's JSON protocol, serves its JWKS and grants tokens to machine clients.
 * @throws Error when the port is taken or the data file cannot be read
 */
export async function startCognito(options: CognitoOptions): Promise<RunningCognito> {
  const now = options.now ?? Date.now
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'cognito.json')
  const state = (file && (await loadState(file))) || (await emptyState())
  const tokens = tokenIssuer({ ...options, ...state, now })
  const pool = new Pool({ state, save: stateWriter(file, state), now, tokens })
  await seed(pool, options.users ?? [])
  const { lifetimeSeconds } = tokens
  const service: Service = { ...options, createdAtMs: now(), pool, lifetimeSeconds }
  const server = createServer((request, response) => {
    void answer(service, tokens, request, response).catch(() => response.destroy())
  })
  const port = await listen(server, options.port)
  const url = `http://${LOOPBACK}:${port}`
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await close(server)
  }
  const jwksUrl = `${url}/${options.poolId}/.well-known/jwks.json`
  return {
    port,
    url,
    stop,
    issuer: tokens.issuer,
    jwks: tokens.jwks,
    jwksUrl,
    tokenUrl: `${url}/oauth2/token`,
  }
}

async function emptyState(): Promise<State> {
  return { version: 1, ...(await generateSigningKey()), groups: [], users: [], refreshTokens: [] }
}

async function seed(pool: Pool, users: readonly SeededUser[]): Promise<void> {
  for (const { username, password, groups } of users) {
    for (const group of groups) if (!pool.hasGroup(group)) await pool.createGroup(group)
    if (pool.has(username)) continue
    await pool.createUser(username, password, { confirmed: true })
    for (const group of groups) await pool.setMembership(username, group, true)
  }
}
