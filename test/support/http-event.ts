import type { HttpEvent, HttpResult } from '../../shared/kernel/http/exchange.ts'

/** What a test says of a request; everything else is as API Gateway fills it in. */
export interface RequestParts {
  /** `GET /api/v1/ops/alerts`, with `{name}` for path parameters. */
  readonly routeKey: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Claims of the verified token; absent without one. */
  readonly claims?: Readonly<Record<string, string>>
  readonly body?: string
  readonly isBase64Encoded?: boolean
  readonly requestId?: string
  /** `192.0.2.1` when absent. */
  readonly sourceIp?: string
}

let requests = 0

/** An event of API Gateway's HTTP API, payload format 2.0. */
export function httpEvent(parts: RequestParts): HttpEvent {
  requests += 1
  const [method = '', template = ''] = parts.routeKey.split(' ')
  const { params = {}, query, claims } = parts
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return {
    version: '2.0',
    routeKey: parts.routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { host: 'ops.example.com', 'content-type': 'application/json', ...parts.headers },
    ...(Object.keys(params).length === 0 ? {} : { pathParameters: { ...params } }),
    ...(query === undefined ? {} : { queryStringParameters: { ...query } }),
    ...(parts.body === undefined ? {} : { body: parts.body }),
    isBase64Encoded: parts.isBase64Encoded ?? false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'ops.example.com',
      domainPrefix: 'ops',
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: parts.sourceIp ?? '192.0.2.1',
        userAgent: 'test',
      },
      requestId: parts.requestId ?? `request-${requests}`,
      routeKey: parts.routeKey,
      stage: '$default',
      time: '15/Feb/2026:12:00:00 +0000',
      timeEpoch: 0,
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims } } }),
    },
  }
}

/** Claims of an access token whose user is in these groups. */
export const claimsOf = (...groups: readonly string[]): Record<string, string> => ({
  sub: 'user-1',
  username: 'ada',
  client_id: 'web',
  ...(groups.length === 0 ? {} : { 'cognito:groups': `[${groups.join(' ')}]` }),
})

/** Claims of a machine client's token. */
export const machineClaims = (...scopes: readonly string[]): Record<string, string> => ({
  sub: 'robot',
  client_id: 'robot',
  scope: scopes.join(' '),
})

/** An answer's body as JSON. */
export function bodyOf(result: HttpResult): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(result.body ?? 'null')
  if (typeof body === 'object' && body !== null) return { ...body }
  throw new Error(`Not a JSON object: ${result.body}`)
}
