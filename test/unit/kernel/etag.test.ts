import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { etagOf, isUnchanged, requireMatch } from '../../../shared/kernel/etag.ts'
import { problemOf } from '../../support/problem.ts'

function admits(header: string, version: number): boolean {
  try {
    requireMatch(header, version)
    return true
  } catch {
    return false
  }
}

describe('If-Match', () => {
  it.each([undefined, '"3"', ' "3" ', '"1", "3"', '"1","3"', 'W/"3", "3"', '*', ' * '])(
    'lets %j change version 3',
    (header) => {
      expect(() => requireMatch(header, 3)).not.toThrow()
    },
  )

  it.each(['"2"', '"33"', '"1", "2"', 'W/"3"', '"a*b"'])('keeps %j from changing version 3', (header) => {
    expect(problemOf(() => requireMatch(header, 3))).toMatchObject({
      code: 'stale_version',
      detail: 'The current version is 3.',
      headers: { etag: '"3"' },
    })
  })

  it.each(['3', '', '3*', '"3', 'x"4"', '**', '"3" "3"', '"3",', "'3'"])(
    'is told that %j is no ETag',
    (header) => {
      expect(problemOf(() => requireMatch(header, 3))).toMatchObject({
        code: 'invalid_input',
        fields: [{ path: 'headers.if-match', reason: expect.stringContaining('in double quotes') }],
      })
    },
  )

  it('admits no version but those that it names', () => {
    const versions = fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(versions, fc.nat(50), (named, current) => {
        const header = named.map(etagOf).join(', ')
        expect(admits(header, current)).toBe(named.includes(current))
      }),
    )
  })
})

describe('If-None-Match', () => {
  it.each(['"3"', 'W/"3"', '"1", W/"3"', '*'])('finds with %j that version 3 is held already', (header) => {
    expect(isUnchanged(header, '"3"')).toBe(true)
  })

  it.each([undefined, '"2"', 'W/"2"', '3', ''])('finds with %j that version 3 is news', (header) => {
    expect(isUnchanged(header, '"3"')).toBe(false)
  })
})
