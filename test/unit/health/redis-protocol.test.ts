import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProbeFailure } from '../../../shared/health/failure.ts'
import { commands, isAnswered, parseRedisUrl } from '../../../shared/health/probes/redis/protocol.ts'

const open = { username: '', password: '' }
const locked = { username: '', password: 'secret' }

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6_379, tls: false, username: '', password: '' }],
    [
      'rediss://:p%40ss@cache:7000',
      { host: 'cache', port: 7_000, tls: true, username: '', password: 'p@ss' },
    ],
    ['redis://me:you@[::1]:1', { host: '::1', port: 1, tls: false, username: 'me', password: 'you' }],
  ])('reads %s', (url, server) => {
    expect(parseRedisUrl(url)).toEqual(server)
  })

  it.each(['', 'cache:6379', 'http://cache', 'redis://', 'redis://:%zz@cache'])(
    'refuses %j without repeating it',
    (url) => {
      const message = 'The Redis URL must read redis[s]://[user:password@]host[:port]'
      expect(() => parseRedisUrl(url)).toThrow(new ProbeFailure('configuration', message))
    },
  )
})

describe('commands', () => {
  it.each([
    [open, '*1\r\n$4\r\nPING\r\n'],
    [locked, '*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*1\r\n$4\r\nPING\r\n'],
    [{ username: 'ü', password: '' }, '*3\r\n$4\r\nAUTH\r\n$2\r\nü\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n'],
  ])('sign in only with credentials: %o', (credentials, bytes) => {
    expect(commands(credentials)).toBe(bytes)
  })
})

function awaitedOrRefused(received: string): boolean {
  try {
    return !isAnswered(received, open)
  } catch (error) {
    return error instanceof ProbeFailure
  }
}

describe('isAnswered', () => {
  it.each([
    [open, '+PONG\r\n'],
    [locked, '+OK\r\n+PONG\r\n'],
  ])('waits for every byte of the answer: %o', (credentials, answer) => {
    for (let length = 0; length < answer.length; length += 1) {
      expect(isAnswered(answer.slice(0, length), credentials)).toBe(false)
    }
    expect(isAnswered(answer, credentials)).toBe(true)
  })

  it.each([
    [open, '-NOAUTH Authentication required.\r\n', 'denied'],
    [open, '-ERR something\r\n', 'unexpected'],
    [open, '-LOADING Redis is loading\r\n', 'unexpected'],
    [locked, '-WRONGPASS no\r\n', 'denied'],
    [locked, '-ERR invalid password\r\n-NOAUTH no\r\n', 'denied'],
    [locked, '+OK\r\n-NOPERM no\r\n', 'denied'],
    [locked, '+PONG\r\n', 'protocol'],
    [open, '+PONG\r\n+', 'protocol'],
    [open, '+PONG\r\n-ERR\r\n', 'unexpected'],
  ])('refuses an error or another answer: %o %j', (credentials, received, reason) => {
    expect(() => isAnswered(received, credentials)).toThrow(expect.objectContaining({ reason }))
  })

  it('takes nothing but the answer for one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (received) => {
        fc.pre(received !== '+PONG\r\n')
        expect(awaitedOrRefused(received)).toBe(true)
      }),
    )
  })
})
