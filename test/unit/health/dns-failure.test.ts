import { expect, test } from 'vitest'
import { dnsFailure } from '../../../shared/health/probes/dns/failure.ts'

const dnsError = (code: string) => Object.assign(new Error(`queryA ${code} secret.example.com`), { code })

test.each([
  ['ENOTFOUND', 'unexpected'],
  ['ENODATA', 'unexpected'],
  ['ESERVFAIL', 'dns'],
  ['EREFUSED', 'refused'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEOUT', 'timeout'],
  ['ECANCELLED', 'timeout'],
  ['EBADNAME', 'configuration'],
  ['EFORMERR', 'protocol'],
  ['ENOTIMP', 'protocol'],
  ['EBADRESP', 'protocol'],
])('%s is a failure of the kind %s, told without the name', (code, reason) => {
  const failure = dnsFailure(dnsError(code), true)
  expect(failure).toMatchObject({ reason })
  expect(failure?.message).not.toMatch(/secret|example/)
})

test("a name server of the prober's own that does not listen says nothing about the name", () => {
  expect(dnsFailure(dnsError('ECONNREFUSED'), false)).toMatchObject({ reason: 'network' })
  expect(dnsFailure(dnsError('ETIMEOUT'), false)).toMatchObject({ reason: 'timeout' })
})

test.each([dnsError('EPIPE'), new Error('something else'), 'ENOTFOUND', undefined])(
  '%s is not about DNS',
  (error) => {
    expect(dnsFailure(error, true)).toBeUndefined()
  },
)
