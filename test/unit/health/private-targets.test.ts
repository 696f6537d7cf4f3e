import { expect, test } from 'vitest'
import { PRIVATE_TARGETS } from '../../../shared/health/check.ts'
import { resolveTarget } from '../../../shared/health/settings.ts'

const http = (url: string, reachesPrivate = false) => ({
  kind: 'http' as const,
  target: { url, method: 'GET' as const, expectStatus: [200], reachesPrivate },
})

/** Whether the check may reach private addresses. */
function reaches(check: Parameters<typeof resolveTarget>[0], listed: string | undefined): unknown {
  const resolved = resolveTarget(check, { [PRIVATE_TARGETS]: listed })
  return resolved.ok ? Reflect.get(resolved.target, 'reachesPrivate') : 'missing'
}

test.each([
  ['http://127.0.0.1:4010/status', '127.0.0.1:4010', true],
  ['http://127.0.0.1:4010/status', 'other:1,127.0.0.1:4010,third:3', true],
  ['http://127.0.0.1:4010/status', '127.0.0.1:401', false],
  ['http://127.0.0.1:4010/status', '127.0.0.1', false],
  ['http://evil.example/?127.0.0.1:4010', '127.0.0.1:4010', false],
  ['http://127.0.0.1:4010@evil.example/', '127.0.0.1:4010', false],
  ['https://api.example/', undefined, false],
  ['https://api.example/', '', false],
  ['not a url', 'not a url', false],
])('the address %s with %j listed reaches private networks: %j', (url, listed, expected) => {
  expect(reaches(http(url), listed)).toBe(expected)
})

test('a port that the scheme implies is listed all the same', () => {
  expect(reaches(http('http://intranet.example/'), 'intranet.example:80')).toBe(true)
  expect(reaches(http('https://intranet.example/'), 'intranet.example:443')).toBe(true)
  expect(reaches(http('https://intranet.example/'), 'intranet.example:80')).toBe(false)
})

test('spaces around the entries do no harm', () => {
  expect(reaches(http('http://127.0.0.1:4010/'), 'a:1, 127.0.0.1:4010 , b:2')).toBe(true)
})

test('host and port of a TCP target are listed as host:port', () => {
  const tcp = { kind: 'tcp' as const, target: { host: '10.0.0.5', port: 5432, reachesPrivate: false } }
  expect(reaches(tcp, '10.0.0.5:5432')).toBe(true)
  expect(reaches(tcp, '10.0.0.5:5433')).toBe(false)
})

test('a Redis address is listed by its host and port', () => {
  const redis = {
    kind: 'redis' as const,
    target: { url: 'redis://:secret@10.0.0.6:6379', reachesPrivate: false },
  }
  expect(reaches(redis, '10.0.0.6:6379')).toBe(true)
})

test('a definition that reaches private networks keeps doing so without the list', () => {
  expect(reaches(http('http://10.0.0.5/', true), undefined)).toBe(true)
})

test('targets that know no private networks are left alone', () => {
  const dns = { kind: 'dns' as const, target: { name: 'api.example', type: 'A' as const } }
  expect(reaches(dns, 'api.example:53')).toBeUndefined()
})
