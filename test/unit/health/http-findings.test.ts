import { describe, expect, test } from 'vitest'
import { Check } from '../../../shared/health/check.ts'
import {
  bodyFinding,
  certificateDaysLeft,
  certificateFinding,
  statusFinding,
  valueAt,
} from '../../../shared/health/probes/http/findings.ts'

describe('statusFinding', () => {
  test('accepts each expected status', () => {
    expect(statusFinding(204, [200, 204])).toBeUndefined()
  })

  test('names the status and what was expected', () => {
    expect(statusFinding(503, [200])).toBe('Answered 503, expected 200')
    expect(statusFinding(302, [200, 204])).toBe('Answered 302, expected 200 or 204')
  })
})

describe('certificateDaysLeft', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')

  test.each([
    ['Nov 25 12:00:00 2026 GMT', 5],
    ['Nov 25 11:59:59 2026 GMT', 4],
    ['Nov 20 12:00:01 2026 GMT', 0],
    ['Nov 19 12:00:00 2026 GMT', -1],
    ['Jan  4 12:00:00 2027 GMT', 45],
  ])('counts whole days until %s', (validTo, days) => {
    expect(certificateDaysLeft(validTo, now)).toBe(days)
  })
})

describe('certificateFinding', () => {
  test('accepts a certificate that lasts at least as long as required', () => {
    expect(certificateFinding(14, 14)).toBeUndefined()
  })

  test('accepts any certificate when nothing is required', () => {
    expect(certificateFinding(0, undefined)).toBeUndefined()
  })

  test('says how many days are left', () => {
    expect(certificateFinding(5, 14)).toBe('The certificate expires in 5 days')
    expect(certificateFinding(1, 14)).toBe('The certificate expires in 1 day')
  })
})

describe('valueAt', () => {
  const document = { status: 'ok', services: [{ up: true }, { up: false }], none: null, '': { '': 1 } }

  test.each([
    ['status', 'ok'],
    ['services.1.up', false],
    ['none', null],
    ['.', 1],
    ['missing', undefined],
    ['services.2.up', undefined],
    ['services.-1', undefined],
    ['status.0', undefined],
    ['none.x', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
    ['services.map', undefined],
  ])('finds at %j the value %j', (path, value) => {
    expect(valueAt(document, path)).toEqual(value)
  })

  test('finds a property that the document itself names __proto__', () => {
    expect(valueAt(JSON.parse('{"__proto__":{"a":1}}'), '__proto__.a')).toBe(1)
  })
})

/** The expectation as it comes out of the check's schema. */
function expecting(path: string, equals: unknown) {
  const check = Check.parse({
    id: 'site',
    name: 'Site',
    component: 'site',
    severity: 'error',
    runbook: 'docs/runbook.md',
    kind: 'http',
    target: { url: 'https://example.com', json: { path, equals } },
  })
  if (check.kind !== 'http' || !check.target.json) throw new Error('The check lost its expectation')
  return { json: check.target.json }
}

describe('bodyFinding', () => {
  test('finds nothing when nothing is expected', () => {
    expect(bodyFinding('anything', {})).toBeUndefined()
  })

  test('looks for a text', () => {
    expect(bodyFinding('all is well', { bodyContains: 'is well' })).toBeUndefined()
    expect(bodyFinding('all is lost', { bodyContains: 'is well' })).toBe(
      'The body does not contain the expected text',
    )
  })

  test.each([
    ['{"status":"ok"}', 'status', 'ok'],
    ['{"a":{"c":[1,2],"b":null}}', 'a', { b: null, c: [1, 2] }],
    ['[{"up":true}]', '0.up', true],
  ])('accepts %s with the value at %j', (body, path, equals) => {
    expect(bodyFinding(body, expecting(path, equals))).toBeUndefined()
  })

  test.each([
    ['{"status":"degraded"}', 'The JSON body holds another value at the expected path'],
    ['{"status":["ok"]}', 'The JSON body holds another value at the expected path'],
    ['{"status":null}', 'The JSON body holds another value at the expected path'],
    ['{}', 'The JSON body has no value at the expected path'],
    ['null', 'The JSON body has no value at the expected path'],
    ['<html>', 'The body is not JSON'],
    ['', 'The body is not JSON'],
  ])('refuses %s', (body, finding) => {
    expect(bodyFinding(body, expecting('status', 'ok'))).toBe(finding)
  })

  test('wants both the text and the value', () => {
    const both = { bodyContains: 'ok', ...expecting('status', 'ok') }
    expect(bodyFinding('{"status":"ok"}', both)).toBeUndefined()
    expect(bodyFinding('{"status":"off","note":"ok"}', both)).toMatch(/another value/)
    expect(bodyFinding('{"status":"off"}', both)).toMatch(/does not contain/)
  })
})
