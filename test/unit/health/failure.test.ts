import { describe, expect, it } from 'vitest'
import { failedOutcome, httpStatusOf, ProbeFailure } from '../../../shared/health/failure.ts'

const running = new AbortController().signal
const explain = (error: unknown) => {
  const { reason, message } = failedOutcome(error, 12, running)
  return `${reason}: ${message}`
}
const SECRETS = 'connect 10.1.2.3:5432 db.internal operator hunter2'
const error = (fields: object, text = SECRETS) => Object.assign(new Error(text), fields)
const aws = (name: string, httpStatusCode?: number) =>
  error({ name, $metadata: { httpStatusCode, attempts: 1 } })
const sql = (code: string) => error({ code, severity: 'FATAL' })

describe('a failed outcome', () => {
  it('keeps the latency', () => {
    expect(failedOutcome(error({ code: 'ECONNREFUSED' }), 12.5, running)).toEqual({
      ok: false,
      latencyMs: 12.5,
      reason: 'refused',
      message: 'The connection was refused',
    })
  })

  it('is what a probe found itself', () => {
    expect(explain(new ProbeFailure('late', 'The job is late'))).toBe('late: The job is late')
  })

  it('is a timeout after the deadline, whatever broke then', () => {
    const outcome = failedOutcome(error({ code: 'ECONNRESET' }), 100, AbortSignal.abort())
    expect(outcome).toMatchObject({ reason: 'timeout', message: 'There was no answer in time' })
  })

  it.each([
    [error({ code: 'ECONNRESET' }), 'refused: The server closed the connection'],
    [error({ code: 'EHOSTUNREACH' }), 'refused: The server cannot be reached'],
    [error({ code: 'ETIMEDOUT' }), 'timeout: There was no answer in time'],
    [error({ code: 'ENOTFOUND' }), 'dns: The name does not exist'],
    [error({ code: 'ESERVFAIL' }), 'dns: The name could not be resolved'],
    [error({ code: 'CERT_HAS_EXPIRED' }), 'tls: The certificate has expired'],
    [error({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'tls: The certificate is for another name'],
    [error({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'tls: The certificate is not trusted'],
    [error({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), 'tls: The TLS handshake failed'],
    [error({ code: 'ERR_TLS_PROTOCOL_VERSION_CONFLICT' }), 'tls: The TLS handshake failed'],
    [error({ code: 'HPE_INVALID_CONSTANT' }), 'protocol: The reply is not HTTP'],
    [new SyntaxError(SECRETS), 'protocol: The reply could not be understood'],
    [error({ code: 'ENETUNREACH' }), 'network: The prober has no network'],
    [error({ code: 'EMFILE' }), 'network: The prober ran out of resources'],
    [error({ code: 'EAI_AGAIN' }), 'network: The prober cannot resolve names at the moment'],
    [error({ code: 'EACCES' }), 'network: The prober is not allowed to open connections'],
    [error({ code: 'ERR_INVALID_URL' }), 'configuration: The target is not a usable address'],
    [new DOMException(SECRETS, 'TimeoutError'), 'timeout: There was no answer in time'],
    [new DOMException(SECRETS, 'AbortError'), 'timeout: There was no answer in time'],
  ])('explains what Node reports: %s', (thrown, explanation) => {
    expect(explain(thrown)).toBe(explanation)
  })

  it.each([
    [sql('28P01'), 'denied: The database refused the sign-in'],
    [sql('42501'), 'denied: The database role lacks a permission'],
    [sql('3D000'), 'unexpected: The database does not exist'],
    [sql('53300'), 'refused: The database has no free connections'],
    [sql('53200'), 'unexpected: The database is out of resources'],
    [sql('57P01'), 'refused: The database is shutting down'],
    [sql('57P03'), 'refused: The database is starting up'],
    [sql('57014'), 'timeout: The database cancelled the query'],
    [sql('42P01'), 'unexpected: The database answered with an error'],
  ])('explains what PostgreSQL reports: %o', (thrown, explanation) => {
    expect(explain(thrown)).toBe(explanation)
  })

  it.each([
    [aws('CredentialsProviderError'), 'credentials: The prober has no valid AWS credentials'],
    [aws('ExpiredTokenException', 400), 'credentials: The prober has no valid AWS credentials'],
    [aws('SignatureDoesNotMatch', 403), 'credentials: The prober has no valid AWS credentials'],
    [aws('AccessDenied', 403), 'denied: Access is denied'],
    [aws('NoSuchBucket', 404), 'unexpected: The resource does not exist'],
    [aws('SlowDown', 503), 'unexpected: The service is throttling requests'],
    [aws('Whatever', 403), 'denied: Access is denied'],
    [aws('Whatever', 429), 'unexpected: The service is throttling requests'],
    [aws('Whatever', 500), 'unexpected: The service answered with a server error'],
    [aws('Whatever', 418), 'unexpected: The service rejected the request'],
    [aws('Whatever', 200), 'protocol: The reply could not be understood'],
    [aws('Whatever'), 'unexpected: The check failed for a reason that it does not know'],
  ])('explains what AWS reports: %o', (thrown, explanation) => {
    expect(explain(thrown)).toBe(explanation)
  })

  it.each([
    SECRETS,
    undefined,
    null,
    { code: 'ECONNREFUSED' },
    error({ code: 'constructor' }),
    error({ code: 23 }),
    error({ $metadata: null }),
    error({ $metadata: { httpStatusCode: 'abc' } }),
    new AggregateError([], SECRETS),
    new AggregateError([SECRETS], SECRETS),
  ])('says so when it does not know: %o', (thrown) => {
    expect(explain(thrown)).toBe('unexpected: The check failed for a reason that it does not know')
  })
})

describe('an error with others inside', () => {
  const refused = error({ code: 'ECONNREFUSED' })
  const unreachable = error({ code: 'ENETUNREACH' })

  it('is explained by its cause when it says nothing itself', () => {
    expect(explain(new TypeError('fetch failed', { cause: refused }))).toBe(
      'refused: The connection was refused',
    )
  })

  it('is explained by itself first', () => {
    const failure = Object.assign(aws('CredentialsProviderError'), { cause: refused })
    expect(explain(failure)).toBe('credentials: The prober has no valid AWS credentials')
  })

  it('blames the target when one of its addresses answered, whatever the others did', () => {
    const both = Object.assign(new AggregateError([unreachable, refused]), { code: 'ENETUNREACH' })
    expect(explain(both)).toBe('refused: The connection was refused')
  })

  it('blames the prober when no address could be tried', () => {
    expect(explain(new AggregateError([unreachable, unreachable]))).toBe('network: The prober has no network')
  })

  it('that is its own cause ends', () => {
    const circular = error({})
    circular.cause = circular
    expect(explain(circular)).toBe('unexpected: The check failed for a reason that it does not know')
  })
})

describe('every message', () => {
  it('holds nothing of the error', () => {
    const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EPROTO', 'HPE_INVALID_CONSTANT', 'NOBODY_KNOWS', '28P01']
    for (const code of codes) {
      for (const thrown of [
        error({ code }),
        sql(code),
        aws(code, 400),
        new AggregateError([error({ code })], SECRETS),
      ]) {
        expect(JSON.stringify(failedOutcome(thrown, 1, running))).not.toMatch(
          /10\.1|internal|operator|hunter2|NOBODY/,
        )
      }
    }
  })
})

describe('httpStatusOf', () => {
  it.each([
    [aws('NotFound', 404), 404],
    [aws('NotFound'), undefined],
    ['text', undefined],
  ])('reads %o', (thrown, status) => {
    expect(httpStatusOf(thrown)).toBe(status)
  })
})
