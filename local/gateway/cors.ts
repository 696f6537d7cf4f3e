/** Which other sites may call the API from a browser. */
export interface CorsConfiguration {
  /** `*`, or origins as browsers send them. */
  readonly allowOrigins: readonly string[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly maxAgeSeconds: number
}

type Headers = Readonly<Record<string, string>>

function allowedOrigin(cors: CorsConfiguration, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined
  if (cors.allowOrigins.includes('*')) return '*'
  return cors.allowOrigins.includes(origin) ? origin : undefined
}

/** Headers that an answer to this origin carries; none when the origin is not allowed. */
export function corsHeaders(cors: CorsConfiguration, origin: string | undefined): Headers {
  const allowed = allowedOrigin(cors, origin)
  if (allowed === undefined) return {}
  return {
    'access-control-allow-origin': allowed,
    ...(cors.exposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
    ...(allowed === '*' ? {} : { vary: 'origin' }),
  }
}

/**
 * The answer to a preflight request, which API Gateway gives by itself: 204, with the allowances when the origin is an
 * allowed one and without them when it is not.
 * @returns undefined when the request is no preflight
 */
export function preflightHeaders(
  cors: CorsConfiguration,
  method: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Headers | undefined {
  const { origin } = headers
  const asks = headers['access-control-request-method'] !== undefined
  if (method !== 'OPTIONS' || typeof origin !== 'string' || !asks) return undefined
  if (allowedOrigin(cors, origin) === undefined) return {}
  return {
    ...corsHeaders(cors, origin),
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    'access-control-max-age': String(cors.maxAgeSeconds),
  }
}
