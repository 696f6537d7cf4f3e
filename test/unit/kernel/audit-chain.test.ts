import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendAudit,
  auditActorPartition,
  auditDayPartition,
  auditHash,
  auditPartition,
  nextAuditEvent,
  type AuditEntry,
  type ChainEnd,
} from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'

const entry: AuditEntry = {
  entity: 'alert:1',
  now: Date.parse('2026-02-15T23:59:59.999Z'),
  actor: systemPrincipal('prober'),
  action: 'alert.opened',
}

describe("an entity's chain of audit events", () => {
  it('begins with event 1, which follows nothing', () => {
    const event = nextAuditEvent(undefined, entry)
    expect(event).toMatchObject({ seq: 1, prevHash: '', at: '2026-02-15T23:59:59.999Z' })
    expect(Object.keys(event)).not.toContain('reason')
  })

  it('records before, after, reason and request where there are any, and of the actor no more than who it is', () => {
    const rest = { before: { a: 1 }, after: { a: 2 }, reason: 'why not', requestId: 'r-1' }
    const event = nextAuditEvent(undefined, { ...entry, ...rest })
    expect(event).toMatchObject(rest)
    expect(event.actor).toEqual({ kind: 'system', id: 'prober', name: 'prober' })
  })

  it('links each event to the one before it', () => {
    const values = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(values, (changes) => {
        let end: ChainEnd | undefined
        for (const [index, after] of changes.entries()) {
          const event = nextAuditEvent(end, { ...entry, after })
          const { hash, ...content } = event
          expect(event).toMatchObject({ seq: index + 1, prevHash: end?.hash ?? '' })
          expect(auditHash(content)).toBe(hash)
          end = { seq: event.seq, hash }
        }
      }),
    )
  })

  it('has another hash when anything in an event is another', () => {
    const { hash, ...content } = nextAuditEvent(undefined, { ...entry, after: { a: 1 }, reason: 'x' })
    const altered = [
      { ...content, seq: 2 },
      { ...content, entity: 'alert:2' },
      { ...content, at: '2026-02-15T23:59:59.998Z' },
      { ...content, action: 'alert.resolved' },
      { ...content, actor: { ...content.actor, name: 'somebody' } },
      { ...content, after: { a: 2 } },
      { ...content, reason: 'y' },
      { ...content, prevHash: 'f' },
    ]
    expect(altered.map(auditHash)).not.toContain(hash)
  })

  it('is appended as an item that must be new, found by entity, by day and by actor', () => {
    const { write, end } = appendAudit({ seq: 8, hash: 'abc' }, entry)
    const sortKey = '2026-02-15T23:59:59.999Z#alert:1#0000000009'
    expect(write).toMatchObject({
      kind: 'put',
      expect: { absent: true },
      item: {
        pk: auditPartition('alert:1'),
        sk: '0000000009',
        gsi1pk: auditDayPartition('2026-02-15'),
        gsi1sk: sortKey,
        gsi2pk: auditActorPartition('prober'),
        gsi2sk: sortKey,
        prevHash: 'abc',
        hash: end.hash,
      },
    })
    expect(end.seq).toBe(9)
  })
})
