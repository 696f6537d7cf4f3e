import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { CognitoError } from './errors.ts'
import { clientCredentials } from './oauth.ts'
import { perform } from './operations.ts'
import type { Service } from './service.ts'
import type { TokenIssuer } from './tokens.ts'

/** Answers one HTTP request: the JSON API, the keys, the discovery document or the token endpoint. */
export async function answer(
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
