import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { curlCall } from '../../../shared/reference/curl.ts'
import type { Operation } from '../../../shared/reference/document.ts'

const operation: Operation = {
  operationId: 'example',
  tags: [],
  summary: '',
  description: '',
  parameters: [],
  responses: {},
  security: [],
  'x-error-codes': [],
}

const withBody = (example: unknown): Operation => ({
  ...operation,
  requestBody: { required: true, content: { 'application/json': { schema: {}, example } } },
})

/** What a shell makes of a call: its words, with `curl` replaced by a program that prints them. */
function words(call: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${call}`
  const env = { MIDWATCH_URL: 'http://here', TOKEN: 'tok' }
  return execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('a call that a shell takes as it is written', () => {
  test('of a public route sends no token', () => {
    expect(words(curlCall('get', '/health', operation))).toStrictEqual(['http://here/health'])
  })

  test('of a route behind a token sends it', () => {
    const call = curlCall('get', '/x', { ...operation, security: [{ bearer: ['viewer'] }] })
    expect(words(call)).toStrictEqual(['http://here/x', '-H', 'Authorization: Bearer tok'])
  })

  test('keeps quotes, dollars and line breaks of the body', () => {
    const body = { note: `it's "$HOME" \`x\`\n` }
    const [, option, sent] = words(curlCall('post', '/x', withBody(body)))
    expect(option).toBe('-d')
    expect(JSON.parse(sent ?? '')).toStrictEqual(body)
  })

  test('sends a text body as it is', () => {
    expect(words(curlCall('post', '/x', withBody('done: 4.2 GB'))).at(-1)).toBe('done: 4.2 GB')
  })

  test('fills in path parameters, encoded', () => {
    const named = { name: 'id', in: 'path', required: true, schema: {}, example: 'a/b c' } as const
    const call = curlCall('get', '/x/{id}/y', { ...operation, parameters: [named] })
    expect(words(call)).toStrictEqual(['http://here/x/a%2Fb%20c/y'])
  })

  test('names the method only where curl would take another', () => {
    expect(words(curlCall('post', '/x', operation))).toStrictEqual(['-X', 'POST', 'http://here/x'])
    expect(words(curlCall('put', '/x', withBody({})))).toStrictEqual([
      '-X',
      'PUT',
      'http://here/x',
      '-d',
      '{}',
    ])
  })
})
