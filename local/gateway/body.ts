import type { IncomingMessage } from 'node:http'
import { Problem } from '../../shared/kernel/errors.ts'

/** API Gateway's own limit for a request's body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024

const tooLarge = (): Problem =>
  new Problem('body_too_large', { detail: `At most ${MAX_BODY_BYTES} bytes are accepted.` })

/**
 * Refuses a body that says beforehand that it is too large.
 * @throws `body_too_large`
 */
export function assertAcceptable(request: IncomingMessage): void {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
}

/**
 * Reads the whole body.
 * @throws `body_too_large` as soon as it exceeds the limit
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  assertAcceptable(request)
  const chunks: Buffer[] = []
  let byteCount = 0
  // Not the plain iterator: leaving it early closes the connection, and with it the way for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk
    byteCount += bytes.length
    if (byteCount > MAX_BODY_BYTES) throw tooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
