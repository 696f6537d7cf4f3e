import type { HttpEvent } from '../../shared/kernel/http/exchange.ts'
import type { Match } from './routes.ts'

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  readonly sourceIp: string
  readonly port: number
  readonly protocol: string
}

/** What the gateway adds to a request. */
export interface EventContext {
  readonly match: Match
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** Of the verified token; absent on public routes. */
  readonly claims?: Readonly<Record<string, string>>
}

/**
 * Content types whose body API Gateway passes on as text; all others, a missing one and forms included, arrive in base
 * 64. AWS documents no list; this one was measured on a live HTTP API:
 * https://github.com/ministackorg/ministack/pull/766
 */
const TEXT_TYPE = /^(text\/[^;]+|application\/(json|xml|javascript))\s*(;|$)/i

/** Path and query of a request target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const [path = '/', ...query] = target.split('?')
  return { path, query: query.join('?') }
}

/** Lower-case names; values of a repeated header joined by a comma. Cookies travel separately. */
function headersOf(request: WireRequest, context: EventContext): Record<string, string> {
  const headers = new Map<string, string>()
  const add = (name: string, value: string) => {
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before},${value}`)
  }
  for (const [name, value] of request.headers) {
    if (name.toLowerCase() !== 'cookie') add(name.toLowerCase(), value)
  }
  const seconds = Math.trunc(context.nowMs / 1000).toString(16)
  add('x-forwarded-for', request.sourceIp)
  headers.set('x-forwarded-port', String(request.port))
  headers.set('x-forwarded-proto', 'http')
  headers.set('x-amzn-trace-id', `Root=1-${seconds}-${context.requestId.replaceAll('-', '').slice(0, 24)}`)
  return Object.fromEntries(headers)
}

const cookiesOf = ({ headers }: WireRequest): string[] =>
  headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(/;\s*/))
    .filter((cookie) => cookie !== '')

/** Decoded; values of a repeated name joined by a comma. */
function queryOf(query: string): Record<string, string> {
  const names = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(query)) names.set(name, [...(names.get(name) ?? []), value])
  return Object.fromEntries([...names].map(([name, values]) => [name, values.join(',')]))
}

const orAbsent = <K extends string, V extends object>(key: K, value: V): Partial<Record<K, V>> =>
  Object.keys(value).length === 0 ? {} : ({ [key]: value } as Record<K, V>)

function bodyOf(body: Buffer, contentType = ''): Pick<HttpEvent, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { isBase64Encoded: false }
  const isText = TEXT_TYPE.test(contentType)
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText }
}

/** `20/Nov/2025:23:05:09 +0000`, as access logs write it. */
function logTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

const decodedPath = (path: string): string => path.split('/').map(decodeURIComponent).join('/')

function requestContextOf(request: WireRequest, context: EventContext, path: string, userAgent: string) {
  const { match, requestId, nowMs, claims } = context
  return {
    accountId: '000000000000',
    apiId: 'local',
    domainName: 'localhost',
    domainPrefix: 'localhost',
    http: { method: request.method, path, protocol: request.protocol, sourceIp: request.sourceIp, userAgent },
    requestId,
    routeKey: match.routeKey,
    stage: '$default',
    time: logTime(nowMs),
    timeEpoch: nowMs,
    ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
  }
}

/**
 * The event that API Gateway's HTTP API sends to a Lambda function, payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * `rawPath` is decoded, as it is there.
 */
export function eventOf(request: WireRequest, context: EventContext): HttpEvent {
  const { path, query } = splitTarget(request.target)
  const headers = headersOf(request, context)
  const rawPath = decodedPath(path)
  return {
    version: '2.0',
    routeKey: context.match.routeKey,
    rawPath,
    rawQueryString: query,
    headers,
    ...orAbsent('cookies', cookiesOf(request)),
    ...orAbsent('queryStringParameters', queryOf(query)),
    ...orAbsent('pathParameters', context.match.params),
    requestContext: requestContextOf(request, context, rawPath, headers['user-agent'] ?? ''),
    ...bodyOf(request.body, headers['content-type']),
  }
}
