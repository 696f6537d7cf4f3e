import type { FailureReason } from './probe.ts'

/** What a failure means: its reason, and a sentence for the operator that names no host, user or secret. */
export interface Failure {
  readonly reason: FailureReason
  readonly message: string
}

/** `keys` are separated by white space. */
type Row = readonly [reason: FailureReason, message: string, keys: string]

const NODE_ERRORS: readonly Row[] = [
  ['refused', 'The connection was refused', 'ECONNREFUSED'],
  [
    'refused',
    'The server closed the connection',
    `ECONNRESET ECONNABORTED EPIPE UND_ERR_SOCKET ERR_STREAM_PREMATURE_CLOSE`,
  ],
  ['refused', 'The server cannot be reached', 'EHOSTUNREACH EHOSTDOWN'],
  [
    'timeout',
    'There was no answer in time',
    `AbortError TimeoutError ETIMEDOUT ETIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT UND_ERR_CONNECT_TIMEOUT
      UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT`,
  ],
  ['dns', 'The name does not exist', 'ENOTFOUND ENODATA EAI_NODATA EAI_NONAME'],
  ['dns', 'The name could not be resolved', 'ESERVFAIL EREFUSED EBADRESP EAI_FAIL'],
  ['tls', 'The certificate has expired', 'CERT_HAS_EXPIRED'],
  ['tls', 'The certificate is not valid yet', 'CERT_NOT_YET_VALID'],
  ['tls', 'The certificate is for another name', 'ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH'],
  ['tls', 'The certificate was revoked', 'CERT_REVOKED'],
  [
    'tls',
    'The certificate is not trusted',
    `DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE
      UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_SIGNATURE_FAILURE
      CERT_UNTRUSTED CERT_REJECTED CERT_CHAIN_TOO_LONG INVALID_CA INVALID_PURPOSE`,
  ],
  ['tls', 'The TLS handshake failed', 'EPROTO'],
  ['protocol', 'The reply could not be understood', 'SyntaxError EFORMERR'],
  ['network', 'The prober has no network', 'ENETUNREACH ENETDOWN EADDRNOTAVAIL'],
  ['network', 'The prober is not allowed to open connections', 'EACCES EPERM'],
  ['network', 'The prober ran out of resources', 'EMFILE ENFILE ENOMEM ENOBUFS EAI_MEMORY'],
  ['network', 'The prober cannot resolve names at the moment', 'EAI_AGAIN'],
  ['configuration', 'The target is not a usable address', 'ERR_INVALID_URL ERR_SOCKET_BAD_PORT EINVAL'],
]

const AWS_ERRORS: readonly Row[] = [
  [
    'denied',
    'Access is denied',
    'AccessDenied AccessDeniedException AllAccessDisabled NotAuthorizedException UnauthorizedOperation',
  ],
  [
    'unexpected',
    'The resource does not exist',
    'NoSuchBucket NoSuchKey NotFound ResourceNotFoundException QueueDoesNotExist',
  ],
  [
    'credentials',
    'The prober has no valid AWS credentials',
    `CredentialsProviderError TokenProviderError ExpiredToken ExpiredTokenException InvalidToken
      InvalidClientTokenId InvalidAccessKeyId UnrecognizedClientException InvalidSignatureException
      SignatureDoesNotMatch IncompleteSignature RequestExpired MissingAuthenticationToken
      MissingAuthenticationTokenException RequestTimeTooSkewed AuthFailure OptInRequired`,
  ],
  [
    'unexpected',
    'The service is throttling requests',
    `SlowDown Throttling ThrottlingException ThrottledException RequestThrottled
      TooManyRequestsException RequestLimitExceeded`,
  ],
  ['timeout', 'There was no answer in time', 'RequestTimeout'],
  ['configuration', 'The bucket is in another region', 'PermanentRedirect AuthorizationHeaderMalformed'],
]

/** SQLSTATE codes, https://www.postgresql.org/docs/current/errcodes-appendix.html; two characters stand for a class. */
const SQL_STATES: readonly Row[] = [
  ['denied', 'The database refused the sign-in', '28'],
  ['denied', 'The database role lacks a permission', '42501'],
  ['unexpected', 'The database does not exist', '3D000'],
  ['refused', 'The database has no free connections', '53300'],
  ['unexpected', 'The database is out of resources', '53'],
  ['refused', 'The database is shutting down', '57P01 57P02'],
  ['refused', 'The database is starting up', '57P03'],
  ['timeout', 'The database cancelled the query', '57014'],
  ['protocol', 'The database reported a protocol violation', '08P01'],
]

/** HTTP statuses of AWS errors whose name says nothing; one digit stands for a hundred. */
const AWS_STATUSES: readonly Row[] = [
  ['denied', 'Access is denied', '401 403'],
  ['unexpected', 'The resource does not exist', '404'],
  ['unexpected', 'The service is throttling requests', '429'],
  ['unexpected', 'The service answered with a server error', '5'],
  ['unexpected', 'The service rejected the request', '4'],
  ['protocol', 'The reply could not be understood', '2 3'],
]

const table = (rows: readonly Row[]): ReadonlyMap<string, Failure> =>
  new Map(
    rows.flatMap(([reason, message, keys]) =>
      keys.split(/\s+/).map((key) => [key, { reason, message }] as const),
    ),
  )

/** By `code` or `name` of an error. */
export const KNOWN_ERRORS = table([...NODE_ERRORS, ...AWS_ERRORS])
/** By SQLSTATE, or by its first two characters. */
export const KNOWN_SQL_STATES = table(SQL_STATES)
/** By HTTP status, or by its first digit. */
export const KNOWN_AWS_STATUSES = table(AWS_STATUSES)
/** Families of codes too large to list. */
export const KNOWN_PREFIXES: ReadonlyArray<readonly [prefix: string, failure: Failure]> = [
  ['ERR_SSL_', { reason: 'tls', message: 'The TLS handshake failed' }],
  ['ERR_TLS_', { reason: 'tls', message: 'The TLS handshake failed' }],
  ['HPE_', { reason: 'protocol', message: 'The reply is not HTTP' }],
]
