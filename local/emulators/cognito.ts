import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CognitoError } from './cognito/errors.ts'
import { clientCredentials } from './cognito/oauth.ts'
import { perform, type Service } from './cognito/operations.ts'
import { Pool, type ClientDefinition } from './cognito/pool.ts'
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
    void answer(service, tokens, request, response)
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
    await pool.createUser(username, undefined, password)
    await pool.setPassword(username, password, true)
    for (const group of groups) await pool.setMembership(username, group, true)
  }
}

async function answer(
  service: Service,
  tokens: TokenIssuer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = await route(service, tokens, request)
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'application/json',
    'x-amzn-requestid': randomUUID(),
  })
  response.end(JSON.stringify(reply.body))
}

interface Reply {
  readonly status: number
  readonly body: object
  readonly contentType?: string
}

async function route(service: Service, tokens: TokenIssuer, request: IncomingMessage): Promise<Reply> {
  const target = request.headers['x-amz-target']
  if (request.method === 'POST' && typeof target === 'string')
    return api(service, target, await text(request))
  const wellKnown = `/${service.poolId}/.well-known`
  switch (`${request.method} ${request.url}`) {
    case `GET ${wellKnown}/jwks.json`:
      return { status: 200, body: tokens.jwks }
    case `GET ${wellKnown}/openid-configuration`:
      return { status: 200, body: openIdConfiguration(tokens.issuer, `http://${request.headers.host}`) }
    case 'POST /oauth2/token':
      return clientCredentials(service.clients, tokens, {
        headers: request.headers,
        body: await text(request),
      })
    default:
      return { status: 404, body: { message: 'Not found' } }
  }
}

async function api(service: Service, target: string, body: string): Promise<Reply> {
  const contentType = 'application/x-amz-json-1.1'
  try {
    return { status: 200, contentType, body: await perform(service, target, parseJson(body)) }
  } catch (error) {
    const known = error instanceof CognitoError
    const type = known ? error.type : 'InternalErrorException'
    const message = known ? error.message : 'Something went wrong in the local user pool.'
    return { status: known ? 400 : 500, contentType, body: { __type: type, message } }
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new CognitoError('SerializationException', 'The request body is not JSON.')
  }
}

function openIdConfiguration(issuer: string, base: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${base}/oauth2/token`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}
