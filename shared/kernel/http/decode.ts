import { Problem } from '../errors.ts'
import type { Route } from '../route.ts'
import type { HttpEvent } from './exchange.ts'

const DEFAULT_MAX_BODY_BYTES = 64 * 1024

/**
 * The body as text. API Gateway hands over base 64 for content types that it takes for binary.
 * @throws `body_too_large`
 */
export function bodyText(event: HttpEvent, route: Route): string {
  const maxBytes = route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  const sent = event.body ?? ''
  const bytes = Buffer.byteLength(sent, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes > maxBytes) {
    throw new Problem('body_too_large', {
      detail: `The body has ${bytes} bytes; at most ${maxBytes} are accepted.`,
    })
  }
  return event.isBase64Encoded ? Buffer.from(sent, 'base64').toString('utf8') : sent
}

/**
 * Parses a body as JSON whatever its Content-Type says: `curl -d` labels JSON as a form.
 * @returns `undefined` for an empty body
 * @throws `invalid_json`
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined
  const value = parsed(text)
  if (ESCAPED_SURROGATE.test(text) && LONE_SURROGATE.test(JSON.stringify(value))) {
    throw new Problem('invalid_json', { fields: [{ path: 'body', reason: 'must be well-formed Unicode' }] })
  }
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('invalid_json', { fields: [{ path: 'body', reason: 'must be valid JSON' }] })
  }
}

/** Half a character, which no store takes, can come in as an escape only. */
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/
/** `JSON.stringify` writes whole characters as they are and escapes the halves (ECMA-262, QuoteJSONString). */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/
