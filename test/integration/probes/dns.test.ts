import { expect, test } from 'vitest'
import type { TargetOf } from '../../../shared/health/check.ts'
import { dnsProbe } from '../../../shared/health/probes/dns.ts'
import { services } from '../../support/attempt.ts'
import { record, startDnsServer } from '../../support/dns-server.ts'
import { outcomeOf } from '../../support/outcome.ts'

const NAME = 'secret-name.example.com'

const target = (server: string, rest: Partial<TargetOf<'dns'>> = {}): TargetOf<'dns'> => ({
  name: NAME,
  type: 'A',
  server,
  ...rest,
})

test('a name with records is healthy, and they are counted', async () => {
  const { server } = await startDnsServer(() => [record.a('192.0.2.1'), record.a('192.0.2.2')])
  expect(await outcomeOf(dnsProbe, target(server))).toEqual({
    ok: true,
    latencyMs: expect.any(Number),
    message: 'Answered with 2 records',
    measurements: { answers: 2 },
  })
})

test.each([
  ['A', record.a('192.0.2.7'), '192.0.2.7'],
  ['AAAA', record.aaaa('20010db8000000000000000000000001'), '2001:db8::1'],
  ['CNAME', record.cname('edge.example.net'), 'Edge.example.net.'],
  ['NS', record.ns('ns1.example.net'), 'ns1.example.net'],
  ['MX', record.mx(10, 'mail.example.net'), '10 mail.example.net'],
  ['TXT', record.txt('v=spf1 ', '-all'), 'v=spf1 -all'],
] as const)('an expected %s record is recognised', async (type, answer, expected) => {
  const { server } = await startDnsServer(() => [answer])
  expect(await outcomeOf(dnsProbe, target(server, { type, expect: expected }))).toMatchObject({
    ok: true,
    message: 'Answered with 1 record',
  })
  expect(await outcomeOf(dnsProbe, target(server, { type, expect: 'something else' }))).toMatchObject({
    ok: false,
    reason: 'unexpected',
    message: 'None of the answers is the expected one',
  })
})

test.each([
  ['a name that does not exist', 3, 'unexpected', 'The name does not exist'],
  ['a server that fails', 2, 'dns', 'The name server failed to answer (SERVFAIL)'],
  ['a server that refuses', 5, 'refused', 'The name server refused the question'],
  ['a server that does not understand', 1, 'protocol', 'The name server did not understand the question'],
  ['a server that cannot do that', 4, 'protocol', 'The name server does not implement the question'],
])('%s is a failure of the target', async (_, responseCode, reason, message) => {
  const { server } = await startDnsServer(() => ({ responseCode }))
  expect(await outcomeOf(dnsProbe, target(server))).toMatchObject({ ok: false, reason, message })
})

test('a name without a record of the type is a failure of the target', async () => {
  const { server } = await startDnsServer(() => [])
  expect(await outcomeOf(dnsProbe, target(server))).toMatchObject({
    ok: false,
    reason: 'unexpected',
    message: 'The name has no record of this type',
  })
})

test('one lost packet is no failure', async () => {
  const { server, questionCount } = await startDnsServer((index) =>
    index === 0 ? 'silence' : [record.a('192.0.2.1')],
  )
  expect(await outcomeOf(dnsProbe, target(server), { timeoutMs: 2_000 })).toMatchObject({ ok: true })
  expect(questionCount()).toBe(2)
})

test.each(['silence', 'garbage'] as const)('a server that gives %s ends by the deadline', async (answer) => {
  const { server } = await startDnsServer(() => answer)
  expect(await outcomeOf(dnsProbe, target(server), { timeoutMs: 600 })).toMatchObject({
    ok: false,
    reason: expect.stringMatching(answer === 'silence' ? /^timeout$/ : /^(?:timeout|protocol)$/),
  })
})

test('an attempt that is over before it began asks nothing', async () => {
  const { server, questionCount } = await startDnsServer(() => [])
  const over = { checkId: 'dns', timeoutMs: 1_000, signal: AbortSignal.abort() }
  await expect(dnsProbe(target(server), over, services())).rejects.toThrow('aborted')
  expect(questionCount()).toBe(0)
})

test('a name server that does not listen refuses', async () => {
  expect(await outcomeOf(dnsProbe, target('127.0.0.1:9'))).toMatchObject({
    ok: false,
    reason: 'refused',
    message: 'The name server does not listen',
  })
})

test.each(['ns1.example.com', '', 'not an address'])('the name server %j is refused', async (server) => {
  expect(await outcomeOf(dnsProbe, target(server))).toMatchObject({
    ok: false,
    reason: 'configuration',
    message: 'The name server is not an IP address with a port',
  })
})

test("a name that cannot be a domain name is refused, asked of the system's own server", async () => {
  const name = `${'x'.repeat(64)}.example.com`
  expect(await outcomeOf(dnsProbe, { name, type: 'A' })).toMatchObject({
    ok: false,
    reason: 'configuration',
    message: 'The name is not a valid domain name',
  })
})

test('no message holds the name, the server or the answers', async () => {
  const found = await startDnsServer(() => [record.a('192.0.2.1')])
  const outcomes = await Promise.all([
    outcomeOf(dnsProbe, target(found.server)),
    outcomeOf(dnsProbe, target(found.server, { expect: '192.0.2.99' })),
    ...[1, 2, 3, 4, 5, 9].map(async (responseCode) => {
      const { server } = await startDnsServer(() => ({ responseCode }))
      return outcomeOf(dnsProbe, target(server))
    }),
  ])
  for (const { message } of outcomes) expect(message).not.toMatch(/secret|example|127\.0|192\.0/)
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
})
