import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headHash, headOf, verifyAudit, type AuditHead } from '../../../shared/audit/verify.ts'
import { auditHash, nextAuditEvent, type AuditEvent } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'

const DAY_MS = 24 * 3_600_000
const START = Date.parse('2026-02-15T10:00:00.000Z')

/** Three entities, four events a day for two days. */
function journal(): { events: AuditEvent[]; heads: AuditHead[] } {
  const ends = new Map<string, AuditEvent>()
  const events: AuditEvent[] = []
  const heads: AuditHead[] = []
  for (const dayIndex of [0, 1]) {
    const today = ['alert:1', 'alert:2', 'alert:1', dayIndex === 0 ? 'alert:1' : 'config:x'].map(
      (entity, index) => {
        const at = START + dayIndex * DAY_MS + index * 1_000
        const event = nextAuditEvent(ends.get(entity), {
          entity,
          now: at,
          actor: systemPrincipal('prober'),
          action: 'alert.updated',
          after: { index },
        })
        ends.set(entity, event)
        return event
      },
    )
    events.push(...today)
    heads.push(headOf(new Date(START + dayIndex * DAY_MS).toISOString().slice(0, 10), today, heads.at(-1)))
  }
  return { events, heads }
}

const { events, heads } = journal()
const at = (index: number): AuditEvent => {
  const event = events[index]
  if (event === undefined) throw new Error(`There is no event ${index}.`)
  return event
}
const replaced = (index: number, event: AuditEvent) => events.with(index, event)
const rehashed = ({ hash: _hash, ...content }: AuditEvent): AuditEvent => ({
  ...content,
  hash: auditHash(content),
})
const rehashedHead = ({ hash: _hash, ...content }: AuditHead): AuditHead => ({
  ...content,
  hash: headHash(content),
})
const [firstHead, secondHead] = heads
if (firstHead === undefined || secondHead === undefined) throw new Error('There are two heads.')

describe('a journal that nobody touched', () => {
  it('has no fault, whatever the order of its events and heads', () => {
    const shuffled = fc.shuffledSubarray(events, { minLength: events.length })
    const heaps = fc.shuffledSubarray(heads, { minLength: heads.length })
    fc.assert(
      fc.property(shuffled, heaps, (someEvents, someHeads) => {
        expect(verifyAudit(someEvents, someHeads)).toEqual([])
      }),
    )
  })

  it('has no fault before its first head, or when it is empty', () => {
    expect(verifyAudit(events, [])).toEqual([])
    expect(verifyAudit([], [])).toEqual([])
  })

  it('has heads over the end of every chain that changed on the day', () => {
    expect(firstHead.chains).toEqual([
      { entity: 'alert:1', seq: 3, hash: at(3).hash },
      { entity: 'alert:2', seq: 1, hash: at(1).hash },
    ])
    expect(firstHead.prevHash).toBe('')
    expect(secondHead.prevHash).toBe(firstHead.hash)
  })

  it('has the same heads whatever the order of the events', () => {
    const today = events.slice(4)
    fc.assert(
      fc.property(fc.shuffledSubarray(today, { minLength: today.length }), (shuffled) => {
        expect(headOf('2026-02-16', shuffled, firstHead)).toEqual(secondHead)
      }),
    )
  })
})

describe('what was done to an event', () => {
  it('shows when its content was altered', () => {
    const altered = replaced(2, { ...at(2), after: { index: 99 } })
    expect(verifyAudit(altered, heads)).toEqual([{ where: 'alert:1 #2', what: 'its content was altered' }])
  })

  it('shows at its neighbours when its hash was made to fit', () => {
    const forged = replaced(2, rehashed({ ...at(2), action: 'alert.resolved' }))
    expect(verifyAudit(forged, heads)).toEqual([
      { where: 'alert:1 #3', what: 'it does not follow the event before it' },
    ])
  })

  it('shows in the head when the whole rest of the chain was made to fit', () => {
    const forged = rehashed({ ...at(2), action: 'alert.resolved' })
    const rest = events.filter((event) => event.entity === 'alert:1' && event.seq > 2)
    let prevHash = forged.hash
    const chain = rest.map((event) => {
      const next = rehashed({ ...event, prevHash })
      prevHash = next.hash
      return next
    })
    const others = events.filter((event) => event.entity !== 'alert:1')
    const faults = verifyAudit([at(0), forged, ...chain, ...others], heads)
    expect(faults).toEqual([
      { where: 'alert:1 #3', what: 'it is not what the head of 2026-02-15 says' },
      { where: 'alert:1 #5', what: 'it is not what the head of 2026-02-16 says' },
    ])
  })

  it('shows once when it was removed', () => {
    expect(verifyAudit(events.toSpliced(2, 1), heads)).toEqual([
      { where: 'alert:1 #3', what: 'event 2 is missing before it' },
      { where: 'alert:1 #3', what: 'it does not follow the event before it' },
    ])
  })

  it('shows in the head when the end of a chain, or all of it, was removed', () => {
    const withoutEnd = events.filter((event) => event.entity !== 'alert:2')
    expect(verifyAudit(withoutEnd, heads)).toEqual([
      { where: 'alert:2 #1', what: 'it is not what the head of 2026-02-15 says' },
      { where: 'alert:2 #2', what: 'it is not what the head of 2026-02-16 says' },
    ])
  })

  it('shows when it is there twice', () => {
    expect(verifyAudit([...events, at(2)], heads)).toEqual([
      { where: 'alert:1 #2', what: 'it is there twice' },
      { where: 'alert:1 #2', what: 'it does not follow the event before it' },
    ])
  })

  it('shows when it changed places with another', () => {
    const swapped = replaced(0, { ...at(0), seq: 2 }).with(2, { ...at(2), seq: 1 })
    const faults = verifyAudit(swapped, heads)
    expect(faults).toContainEqual({ where: 'alert:1 #1', what: 'its content was altered' })
    expect(faults).toContainEqual({ where: 'alert:1 #2', what: 'its content was altered' })
  })

  it('shows when it was written afterwards, and dated back', () => {
    const late = nextAuditEvent(at(5), {
      entity: 'alert:2',
      now: START + 5_000,
      actor: systemPrincipal('prober'),
      action: 'alert.resolved',
    })
    const invented = nextAuditEvent(undefined, {
      entity: 'alert:9',
      now: START,
      actor: systemPrincipal('prober'),
      action: 'alert.opened',
    })
    expect(verifyAudit([...events, late, invented], heads)).toEqual([
      { where: 'alert:2 #3', what: 'the head of 2026-02-15 does not know it' },
      { where: 'alert:9 #1', what: 'the head of 2026-02-15 does not know it' },
    ])
  })
})

describe('what was done to a head', () => {
  it('shows when it was altered', () => {
    const altered = { ...firstHead, chains: firstHead.chains.slice(1) }
    const faults = verifyAudit(events, [altered, secondHead])
    expect(faults).toContainEqual({ where: 'head of 2026-02-15', what: 'it was altered' })
  })

  it('shows at the next head when its hash was made to fit', () => {
    const [chain, ...others] = firstHead.chains
    if (chain === undefined) throw new Error('The head has chains.')
    const forged = rehashedHead({ ...firstHead, chains: [{ ...chain, hash: 'f'.repeat(64) }, ...others] })
    expect(verifyAudit(events, [forged, secondHead])).toEqual([
      { where: 'alert:1 #3', what: 'it is not what the head of 2026-02-15 says' },
      { where: 'head of 2026-02-16', what: 'it does not follow the head before it' },
    ])
  })

  it('shows when it was removed', () => {
    expect(verifyAudit(events, [secondHead])).toEqual([
      { where: 'head of 2026-02-16', what: 'it does not follow the head before it' },
    ])
  })
})

describe('any single change to an exported event', () => {
  it('is found', () => {
    const target = fc.nat(events.length - 1)
    const field = fc.constantFrom('action', 'at', 'hash', 'prevHash', 'entity')
    fc.assert(
      fc.property(target, field, fc.string({ minLength: 1 }), (index, name, text) => {
        const altered = { ...at(index), [name]: `${at(index)[name]}${text}` }
        expect(verifyAudit(replaced(index, altered), heads)).not.toEqual([])
      }),
    )
  })
})
