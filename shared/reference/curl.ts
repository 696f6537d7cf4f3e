import type { Operation } from './document.ts'

/** Quotes text for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The path with its parameters' examples filled in; what has none stays `{name}`. */
const filledIn = (path: string, { parameters }: Operation): string =>
  parameters.reduce(
    (filled, { name, example }) =>
      typeof example === 'string' ? filled.replace(`{${name}}`, encodeURIComponent(example)) : filled,
    path,
  )

function bodyOption({ requestBody }: Operation): string | undefined {
  if (requestBody === undefined) return undefined
  const [media] = Object.values(requestBody.content)
  if (media?.example === undefined) return undefined
  const { example } = media
  return `-d ${quoted(typeof example === 'string' ? example : JSON.stringify(example, null, 2))}`
}

/**
 * A call that works as it is written, once `MIDWATCH_URL` and `TOKEN` are set.
 * @param method in lower case
 */
export function curlCall(method: string, path: string, operation: Operation): string {
  const body = bodyOption(operation)
  const implied = body === undefined ? 'get' : 'post'
  const verb = method === implied ? '' : ` -X ${method.toUpperCase()}`
  const address = `curl${verb} "$MIDWATCH_URL${filledIn(path, operation)}"`
  const token = operation.security.length === 0 ? undefined : '-H "Authorization: Bearer $TOKEN"'
  return [address, token, body].filter((part) => part !== undefined).join(' \\\n  ')
}
