import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import { problemOf } from '../../support/problem.ts'

const cursors = makeCursors(Buffer.alloc(32, 7))
const position = fc.dictionary(fc.string(), fc.jsonValue())
const scope = fc.string({ unit: 'binary' })
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a paging cursor', () => {
  it('opens to the position that was sealed', () => {
    fc.assert(
      fc.property(position, scope, (where, list) => {
        const opened = cursors.open(cursors.seal(where, list), list)
        expect(JSON.stringify(opened)).toBe(JSON.stringify(where))
      }),
    )
  })

  it('is refused with any character changed', () => {
    const altered = fc.record({
      where: position,
      at: fc.nat(),
      to: fc.constantFrom(...BASE64URL.split(''), '=', '!', '+'),
    })
    fc.assert(
      fc.property(altered, ({ where, at, to }) => {
        const genuine = cursors.seal(where, 'alerts')
        const index = at % genuine.length
        fc.pre(genuine[index] !== to)
        const forged = `${genuine.slice(0, index)}${to}${genuine.slice(index + 1)}`
        expect(problemOf(() => cursors.open(forged, 'alerts')).code).toBe('invalid_cursor')
      }),
      { numRuns: 500 },
    )
  })

  it('is refused when cut short or made longer', () => {
    const genuine = cursors.seal({ pk: 'A', sk: 'B' }, 'alerts')
    const cut = Array.from({ length: genuine.length }, (_, length) => genuine.slice(0, length))
    for (const forged of [...cut, `${genuine}A`, `${genuine}=`, `${genuine} `, `${genuine}!`]) {
      expect(problemOf(() => cursors.open(forged, 'alerts')).code).toBe('invalid_cursor')
    }
  })

  it('is refused on another list', () => {
    fc.assert(
      fc.property(position, scope, scope, (where, list, other) => {
        fc.pre(list !== other)
        const sealed = cursors.seal(where, list)
        expect(problemOf(() => cursors.open(sealed, other)).code).toBe('invalid_cursor')
      }),
    )
  })

  it('does not take part of a scope for part of a position', () => {
    const sealed = Buffer.from(cursors.seal({ a: 1 }, 'list\0X'), 'base64url')
    const moved = Buffer.concat([sealed.subarray(0, 16), Buffer.from('X\0'), sealed.subarray(16)])
    const forged = moved.toString('base64url')
    expect(problemOf(() => cursors.open(forged, 'list')).code).toBe('invalid_cursor')
  })

  it('is refused by a deployment with another key', () => {
    const sealed = makeCursors(Buffer.alloc(32, 8)).seal({ a: 1 }, 'alerts')
    expect(problemOf(() => cursors.open(sealed, 'alerts'))).toMatchObject({
      code: 'invalid_cursor',
      fields: [{ path: 'query.cursor', reason: 'was not issued for this list' }],
    })
  })
})
