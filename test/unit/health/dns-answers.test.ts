import { expect, test } from 'vitest'
import { holdsAnswer } from '../../../shared/health/probes/dns/answers.ts'

test.each([
  ['A', ['192.0.2.1', '192.0.2.2'], '192.0.2.2', true],
  ['A', ['192.0.2.1'], '192.0.2.10', false],
  ['AAAA', ['2001:db8::1'], '2001:DB8::1', true],
  ['CNAME', ['Edge.Example.NET'], 'edge.example.net.', true],
  ['MX', ['10 mail.example.com'], '10 Mail.example.com', true],
  ['MX', ['20 mail.example.com'], '10 mail.example.com', false],
  ['NS', ['ns1.example.com'], 'ns1.example.com', true],
  ['TXT', ['v=spf1 -all'], 'v=spf1 -all', true],
  ['TXT', ['v=spf1 -all'], 'V=SPF1 -ALL', false],
  ['TXT', ['ends with a dot.'], 'ends with a dot', false],
  ['A', [], '192.0.2.1', false],
] as const)('%s answers %j: expecting %j gives %j', (type, answers, expected, holds) => {
  expect(holdsAnswer(answers, expected, type)).toBe(holds)
})
