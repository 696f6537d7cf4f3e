import type { IncomingHttpHeaders } from 'node:http'
import { sameText } from './passwords.ts'
import type { ClientDefinition } from './pool.ts'
import type { TokenIssuer } from './tokens.ts'

export interface OAuthReply {
  readonly status: number
  readonly body: object
}

/**
 * `POST /oauth2/token` with the client credentials grant (RFC 6749, section 4.4). The client names itself in a Basic
 * `Authorization` header or in the form; without a `scope` it gets all that it may have.
 */
export function clientCredentials(
  clients: readonly ClientDefinition[],
  tokens: TokenIssuer,
  request: { readonly headers: IncomingHttpHeaders; readonly body: string },
): OAuthReply {
  const form = new URLSearchParams(request.body)
  const { id, secret } = basicCredentials(request.headers.authorization) ?? {
    id: form.get('client_id') ?? '',
    secret: form.get('client_secret') ?? '',
  }
  const client = clients.find(({ clientId }) => clientId === id)
  if (client?.secret === undefined || !sameText(client.secret, secret)) return refusal('invalid_client')
  if (form.get('grant_type') !== 'client_credentials') return refusal('unsupported_grant_type')
  const allowed = client.scopes ?? []
  if (allowed.length === 0) return refusal('unauthorized_client')
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (!asked.every((scope) => allowed.includes(scope))) return refusal('invalid_scope')
  const access_token = tokens.clientToken(client.clientId, asked.length > 0 ? asked : allowed)
  return { status: 200, body: { access_token, expires_in: tokens.lifetimeSeconds, token_type: 'Bearer' } }
}

function refusal(error: string): OAuthReply {
  return { status: 400, body: { error } }
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  if (!header?.startsWith('Basic ')) return undefined
  const text = Buffer.from(header.slice('Basic '.length), 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? { id: text, secret: '' } : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}
