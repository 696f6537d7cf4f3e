import type { IncomingMessage } from 'node:http'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Route } from '../../shared/kernel/route.ts'
import { failed, type Invoke, type Outcome } from '../host/invocation.ts'
import type { Authorizer, TextClaims } from './authorizer.ts'
import { readBody } from './body.ts'
import { corsHeaders, preflightHeaders, type CorsConfiguration } from './cors.ts'
import { eventOf, splitTarget } from './event.ts'
import { problemReply, replyOf, type WireReply } from './reply.ts'
import { routeLookup, type Match } from './routes.ts'
import type { Answer } from './server.ts'

interface GatewayOptions {
  readonly routes: readonly Route[]
  /** Which function serves a route. */
  readonly functionNameOf: (route: Route) => string
  readonly authorize: Authorizer
  readonly invoke: Invoke
  readonly cors: CorsConfiguration
  /** API Gateway gives up after 30 s, which is the default. */
  readonly integrationTimeoutMs?: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const INTEGRATION_TIMEOUT_MS = 30_000

/** The outcome, or `ServiceException` when it takes too long. The function goes on, as it does in AWS. */
async function invokeWithin(timeoutMs: number, invocation: Promise<Outcome>): Promise<Outcome> {
  const { promise: late, resolve } = Promise.withResolvers<Outcome>()
  const gaveUp = failed('ServiceException', 'The integration timed out.')
  const timer = setTimeout(resolve, timeoutMs, gaveUp)
  const outcome = await Promise.race([invocation, late])
  clearTimeout(timer)
  return outcome
}

/** Path and query as they were sent; a client that speaks to a proxy sends the whole URL. */
function targetOf({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/')) return url
  const absolute = URL.parse(url)
  return absolute === null ? '/' : absolute.pathname + absolute.search
}

function headerPairs({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

const noSuchMethod = (allowed: readonly string[]): Problem =>
  new Problem('method_not_allowed', {
    detail: `This address answers ${allowed.join(', ')}.`,
    headers: { allow: allowed.join(', ') },
  })

/**
 * API Gateway's HTTP API on one machine: declared routes only, a JWT authorizer on all but the public ones, CORS, the
 * limits and timeouts of AWS, and events of payload format 2.0.
 */
export function createGateway(options: GatewayOptions): Answer {
  const { routes, functionNameOf, authorize, invoke, cors, now } = options
  const lookup = routeLookup(routes)
  const timeoutMs = options.integrationTimeoutMs ?? INTEGRATION_TIMEOUT_MS

  function find(method: string, target: string): Match {
    const looked = lookup(method, splitTarget(target).path)
    if (looked.found) return looked.match
    if (looked.allowed.length > 0) throw noSuchMethod(looked.allowed)
    throw new Problem('not_found')
  }

  async function serve(request: IncomingMessage, requestId: string): Promise<WireReply> {
    const target = targetOf(request)
    const method = request.method ?? 'GET'
    const match = find(method, target)
    const claims: TextClaims | undefined =
      match.route.roles === 'public' ? undefined : authorize(request.headers.authorization)
    const wire = {
      method,
      target,
      headers: headerPairs(request),
      body: await readBody(request),
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      port: request.socket.localPort ?? 0,
      protocol: `HTTP/${request.httpVersion}`,
    }
    const context = { match, requestId, nowMs: now(), ...(claims === undefined ? {} : { claims }) }
    const invocation = invoke(functionNameOf(match.route), eventOf(wire, context))
    return replyOf(await invokeWithin(timeoutMs, invocation), requestId)
  }

  return async (request, requestId) => {
    const preflight = preflightHeaders(cors, request.method ?? 'GET', request.headers)
    if (preflight !== undefined)
      return { status: 204, headers: preflight, cookies: [], body: Buffer.alloc(0) }
    const allowances = corsHeaders(cors, request.headers.origin)
    const reply = await serve(request, requestId).catch((error: unknown) => {
      // Answered here, so that a browser on another site may read what is wrong.
      if (error instanceof Problem) return problemReply(error, requestId)
      throw error
    })
    return { ...reply, headers: { ...reply.headers, ...allowances } }
  }
}
