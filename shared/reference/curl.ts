import type { Operation } from './document.ts'

/** Quotes text for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The path with its parameters' examples filled in; what has none stays `{name}`. */
const pathOf = (path: string, { parameters }: Operation): string =>
  parameters.reduce(
    (filled, { name, example }) =>
      typeof example === 'string' ? filled.replace(`{${name}}`, encodeURIComponent(example)) : filled,
    path,
  )

/** The query of those parameters that have an example. */
function queryOf({ parameters }: Operation): string {
  const query = parameters.flatMap(({ name, in: place, example }) =>
    place === 'query' && typeof example === 'string' ? [`${name}=${encodeURIComponent(example)}`] : [],
  )
  return query.length === 0 ? '' : `?${query.join('&')}`
}

function bodyOption({ requestBody }: Operation): string | undefined {
  if (requestBody === undefined) return undefined
  const [media] = Object.values(requestBody.content)
  if (media?.example === undefined) return undefined
  const { example } = media
  return `-d ${quoted(typeof example === 'string' ? example : JSON.stringify(example, null, 2))}`
}

/**
 * A call that works as it is written, once `MIDWATCH_URL` and `TOKEN` are set and the ids in it are real ones.
 * @param method in lower case
 */
export function curlCall(method: string, path: string, operation: Operation): string {
  const body = bodyOption(operation)
  const implied = body === undefined ? 'get' : 'post'
  const verb = method === implied ? '' : ` -X ${method.toUpperCase()}`
  const address = `curl${verb} "$MIDWATCH_URL${pathOf(path, operation)}${queryOf(operation)}"`
  const token = operation.security.length === 0 ? undefined : '-H "Authorization: Bearer $TOKEN"'
  return [address, token, body].filter((part) => part !== undefined).join(' \\\n  ')
}
