import type { ServerResponse } from 'node:http'
import * as z from 'zod'
import { Problem } from '../../shared/kernel/errors.ts'
import { encodeProblem } from '../../shared/kernel/http/encode.ts'
import type { Outcome } from '../host/invocation.ts'

/** An answer on its way to the wire. */
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly body: Buffer
}

/** What a function may answer, payload format 2.0. */
const Structured = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.coerce.string()).optional(),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
})

const hasStatus = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'statusCode' in payload

/** An error of the gateway itself. */
export function problemReply(problem: Problem, requestId: string): WireReply {
  const { statusCode = 500, headers = {}, body = '' } = encodeProblem(problem, requestId)
  const text = Object.entries(headers).map(([name, value]) => [name, String(value)])
  return { status: statusCode, headers: Object.fromEntries(text), cookies: [], body: Buffer.from(body) }
}

export function jsonReply(status: number, value: unknown): WireReply {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body }
}

/** What the caller sees of a failed invocation: nothing of its cause. */
function failureOf({ errorType }: Extract<Outcome, { ok: false }>): Problem {
  if (errorType === 'RequestTooLargeException') return new Problem('body_too_large')
  const busy = errorType === 'TooManyRequestsException' || errorType === 'ServiceException'
  return new Problem(busy ? 'unavailable' : 'internal')
}

/** The answer to an invocation as API Gateway reads it: without a status code, the payload itself is the body. */
export function replyOf(outcome: Outcome, requestId: string): WireReply {
  if (!outcome.ok) return problemReply(failureOf(outcome), requestId)
  if (!hasStatus(outcome.payload)) return jsonReply(200, outcome.payload)
  const parsed = Structured.safeParse(outcome.payload)
  if (!parsed.success) return problemReply(new Problem('internal'), requestId)
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = parsed.data
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return {
    status: statusCode,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...Object.fromEntries(lower) },
    cookies,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  }
}

const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Sends a reply; `node:http` leaves out the body of an answer to HEAD. Does nothing when the client is gone. */
export function send(response: ServerResponse, reply: WireReply): void {
  if (response.destroyed || response.headersSent) return
  const { status, headers, cookies, body } = reply
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  if (BODILESS.has(status)) {
    response.removeHeader('content-type')
    response.end()
    return
  }
  // The length that GET would have is not known here: functions answer HEAD without a body.
  if (response.req.method !== 'HEAD') response.setHeader('content-length', body.length)
  response.end(body)
}
