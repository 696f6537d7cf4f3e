import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemEffects, ulid } from '../../../shared/kernel/effects.ts'
import { manualEffects } from '../../support/effects.ts'

const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 })
const time = fc.nat({ max: 2 ** 48 - 1 })

describe('ids', () => {
  it('are 26 characters of Crockford base 32', () => {
    fc.assert(
      fc.property(time, bytes, (at, random) => {
        expect(ulid(at, random)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
      }),
    )
  })

  it('sort by the time of their creation', () => {
    fc.assert(
      fc.property(time, time, bytes, bytes, (first, second, random, other) => {
        fc.pre(first < second)
        expect(ulid(first, random) < ulid(second, other)).toBe(true)
      }),
    )
  })

  it('differ when their randomness does', () => {
    fc.assert(
      fc.property(time, bytes, bytes, (at, random, other) => {
        fc.pre(Buffer.compare(random, other) !== 0)
        expect(ulid(at, random)).not.toBe(ulid(at, other))
      }),
    )
  })

  it('are those of the specification', () => {
    expect(ulid(1_469_918_176_385, Buffer.alloc(10))).toBe('01ARYZ6S410000000000000000')
    expect(ulid(2 ** 48 - 1, Buffer.alloc(10, 255))).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')
  })
})

describe('the real effects', () => {
  it('never give an id twice', () => {
    const ids = Array.from({ length: 10_000 }, () => systemEffects.id())
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('draw numbers between 0 and 1, and as many bytes as asked for', () => {
    const numbers = Array.from({ length: 1_000 }, () => systemEffects.random())
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(systemEffects.bytes(32)).toHaveLength(32)
  })

  it('know two clocks', () => {
    expect(systemEffects.now()).toBeGreaterThan(Date.parse('2025-01-01'))
    const before = systemEffects.monotonicMs()
    expect(systemEffects.monotonicMs()).toBeGreaterThanOrEqual(before)
  })

  it('end a wait in time, or with the reason of whoever aborts it', async () => {
    await expect(systemEffects.wait(0)).resolves.toBeUndefined()
    const abort = new AbortController()
    const waiting = systemEffects.wait(60_000, abort.signal)
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(systemEffects.wait(60_000, abort.signal)).rejects.toThrow('enough')
  })
})

describe('effects moved by hand', () => {
  it('end waits in the order in which they are due', async () => {
    const effects = manualEffects(0)
    const ended: number[] = []
    const waits = [30, 10, 20].map(async (ms) => {
      await effects.wait(ms)
      ended.push(ms)
    })
    effects.advance(25)
    expect(effects.waiting()).toBe(1)
    effects.advance(5)
    await Promise.all(waits)
    expect(ended).toEqual([10, 20, 30])
    expect(effects.now()).toBe(30)
  })

  it('drop a wait that is aborted', async () => {
    const effects = manualEffects(0)
    const abort = new AbortController()
    const waiting = effects.wait(10, abort.signal)
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(effects.waiting()).toBe(0)
  })

  it('advance by themselves when told to', async () => {
    const effects = manualEffects(1_000, 'immediate')
    await effects.wait(500)
    expect(effects.now()).toBe(1_500)
    expect(effects.monotonicMs()).toBe(500)
  })

  it('repeat themselves from one test to the next, without repeating an id', () => {
    const [first, second] = [manualEffects(0), manualEffects(0)]
    const ids = Array.from({ length: 100 }, () => first.id())
    expect(Array.from({ length: 100 }, () => second.id())).toEqual(ids)
    expect(new Set(ids).size).toBe(100)
    expect(first.random()).toBe(second.random())
    expect(first.bytes(100)).toEqual(second.bytes(100))
  })
})
