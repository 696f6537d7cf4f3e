import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as secureRequest } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { TargetOf } from '../check.ts'
import { ProbeFailure } from '../failure.ts'
import { assertPublicLiteral, guardedLookup } from '../network/guarded-lookup.ts'
import { bodyFinding, certificateDaysLeft, certificateFinding, statusFinding } from './http/findings.ts'
import type { FailureReason, Probe } from '../probe.ts'

type HttpTarget = TargetOf<'http'>

const MAX_BODY_BYTES = 256 * 1024
/** As `URL.port` gives them: empty for the protocol's own. */
const PUBLIC_PORTS = new Set(['', '80', '443', '8080', '8443'])

function parseTarget(target: HttpTarget): URL {
  const url = URL.parse(target.url)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new ProbeFailure('configuration', 'The target is not an http or https URL')
  }
  if (url.username || url.password) {
    throw new ProbeFailure('configuration', 'The URL holds credentials, which are not allowed')
  }
  if (target.reachesPrivate) return url
  if (!PUBLIC_PORTS.has(url.port)) {
    throw new ProbeFailure('configuration', 'The port is not allowed: only 80, 443, 8080 and 8443 are')
  }
  assertPublicLiteral(url.hostname.replace(/^\[|\]$/g, ''))
  return url
}

/** Sends the request; resolves when the head of the response is there. No agent: one socket, never reused. */
function send(url: URL, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: target.method,
      headers: { 'user-agent': 'Midwatch', accept: '*/*' },
      agent: false,
      signal,
      ...(target.reachesPrivate ? {} : { lookup: guardedLookup }),
    })
    sent.once('response', resolve)
    sent.on('error', reject)
    sent.once('close', () =>
      reject(new ProbeFailure('protocol', 'The connection was closed without an answer')),
    )
    sent.end()
  })
}

/** The body as text, or undefined as soon as it exceeds the limit. */
async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of response) {
    const bytes: Buffer = chunk
    chunks.push(bytes)
    byteCount += bytes.length
    if (byteCount > MAX_BODY_BYTES) return undefined
  }
  // A body without a length ends with its connection: Node takes the abort of the request for its end.
  signal.throwIfAborted()
  return Buffer.concat(chunks).toString('utf8')
}

function certificateOf(response: IncomingMessage, nowMs: number): number | undefined {
  if (!(response.socket instanceof TLSSocket)) return undefined
  return certificateDaysLeft(response.socket.getPeerCertificate().valid_to, nowMs)
}

function failOn(reason: FailureReason, finding: string | undefined): void {
  if (finding !== undefined) throw new ProbeFailure(reason, finding)
}

async function judgeBody(response: IncomingMessage, target: HttpTarget, signal: AbortSignal): Promise<void> {
  const body = await readBody(response, signal)
  if (body !== undefined) failOn('unexpected', bodyFinding(body, target))
  else if (target.bodyContains !== undefined || target.json !== undefined) {
    throw new ProbeFailure('unexpected', `The body is larger than ${MAX_BODY_BYTES / 1024} KB`)
  }
}

/**
 * Requests a URL and judges status, certificate and body. Redirects are answers like any other, never followed. Unless
 * the target `reachesPrivate`, the address is decided on when the connection is made, so that neither a name that
 * resolves to a private address nor one that changes its mind gets through. The latency includes the body (its first
 * 256 KB).
 */
export const httpProbe: Probe<'http'> = async (target, { signal }, { effects }) => {
  const url = parseTarget(target)
  const startedMs = effects.monotonicMs()
  const response = await send(url, target, signal)
  try {
    const status = response.statusCode ?? 0
    const daysLeft = certificateOf(response, effects.now())
    failOn('unexpected', statusFinding(status, target.expectStatus))
    if (daysLeft !== undefined) failOn('tls', certificateFinding(daysLeft, target.certificateDaysLeft))
    await judgeBody(response, target, signal)
    return {
      ok: true,
      latencyMs: effects.monotonicMs() - startedMs,
      message: `Answered ${status}`,
      measurements: { status, ...(daysLeft === undefined ? {} : { certificate_days_left: daysLeft }) },
    }
  } finally {
    response.destroy()
  }
}
