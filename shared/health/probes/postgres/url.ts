import { ProbeFailure } from '../../failure.ts'

/** `require` encrypts without checking the certificate; `verify-full` checks it and the name in it. */
export const SSL_MODES = ['disable', 'require', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

export interface PostgresServer {
  /** A name or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly sslMode: SslMode
}

const DEFAULT_PORT = 5_432

/**
 * Parses `postgres://user:password@host:port/database?sslmode=…`. The port is 5432 when absent, the database is the user's
 * name, and `sslmode` is `verify-full`. Other parameters belong to other clients and are ignored.
 * @throws ProbeFailure `configuration`
 */
export function parsePostgresUrl(text: string): PostgresServer {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')) throw badUrl()
  const user = decode(url.username)
  if (!url.hostname || !user) throw badUrl()
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || DEFAULT_PORT),
    user,
    password: decode(url.password),
    database: decode(url.pathname.slice(1)) || user,
    sslMode: parseSslMode(url.searchParams.get('sslmode') ?? 'verify-full'),
  }
}

function parseSslMode(text: string): SslMode {
  const mode = SSL_MODES.find((candidate) => candidate === text)
  if (mode) return mode
  throw new ProbeFailure('configuration', `sslmode must be one of ${SSL_MODES.join(', ')}`)
}

const badUrl = () =>
  new ProbeFailure(
    'configuration',
    'The database URL must read postgres://user:password@host:port/database?sslmode=verify-full',
  )

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl()
  }
}
