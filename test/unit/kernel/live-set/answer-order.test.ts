import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerOrder } from '../../../../shared/kernel/live-set/answer-order.ts'

describe('an answer', () => {
  it('may be used when it tells what is known already, or more', () => {
    const order = new AnswerOrder()
    expect(order.hear(order.ask(), 5)).toBe(true)
    expect(order.hear(order.ask(), 5)).toBe(true)
    expect(order.hear(order.ask(), 6)).toBe(true)
  })

  it('that comes late, of a lower version, is not used', () => {
    const order = new AnswerOrder()
    const [late, next] = [order.ask(), order.ask()]
    expect(order.hear(next, 6)).toBe(true)
    expect(order.hear(late, 5)).toBe(false)
  })

  it('of a lower version tells of a reset when it was asked for after the higher one was known', () => {
    const order = new AnswerOrder()
    order.hear(order.ask(), 6)
    expect(order.hear(order.ask(), 2)).toBe(true)
    expect(order.hear(order.ask(), 3)).toBe(true)
  })

  it('from before a reset is not used, however high its version is', () => {
    const order = new AnswerOrder()
    order.hear(order.ask(), 6)
    const [before, after] = [order.ask(), order.ask()]
    expect(order.hear(after, 0)).toBe(true)
    expect(order.hear(before, 7)).toBe(false)
    expect(order.hear(order.ask(), 1)).toBe(true)
  })

  it('never takes anybody back to what held before, in any order, without a reset', () => {
    const reads = fc.array(fc.record({ asks: fc.boolean(), which: fc.nat(), changes: fc.nat({ max: 2 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(reads, (steps) => {
        const order = new AnswerOrder()
        const open: { question: number; version: number }[] = []
        let version = 0
        let known = 0
        for (const { asks, which, changes } of steps) {
          version += changes
          if (asks) open.push({ question: order.ask(), version })
          const [answer] = asks ? [] : open.splice(which % Math.max(1, open.length), 1)
          if (answer === undefined || !order.hear(answer.question, answer.version)) continue
          expect(answer.version).toBeGreaterThanOrEqual(known)
          known = answer.version
        }
      }),
    )
  })
})
