import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { listAudit, type AuditFilter } from '../../../shared/audit/store.ts'
import { appendAudit, type AuditEvent, type ChainEnd } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(undefined, 'immediate')
const started = testTable(effects)
const cursors = makeCursors(Buffer.alloc(32, 1))

const DAY_MS = 24 * 3_600_000
const START = Date.parse('2026-02-10T22:00:00.000Z')
const ENTITIES = ['alert:1', 'alert:2', 'config:x']
const ACTORS = ['ada', 'grace', 'ada lovelace']
const EVENTS = 60
/** Two events in the same millisecond now and then, a day without any, and pages that cross midnight. */
const timeOf = (n: number) => START + Math.floor(n / 2) * 3_600_000 + (n >= 30 ? 2 * DAY_MS : 0)

const events: AuditEvent[] = []
beforeAll(async () => {
  const ends = new Map<string, ChainEnd>()
  for (let n = 0; n < EVENTS; n += 1) {
    const entity = ENTITIES[(n * n) % 3] ?? 'alert:1'
    const actor = systemPrincipal(ACTORS[((n * 7) % 5) % 3] ?? 'ada')
    const { write, end } = appendAudit(ends.get(entity), {
      entity,
      now: timeOf(n),
      actor,
      action: 'thing.changed',
      after: { n },
    })
    await started().table.commit([write], systemEffects.id())
    ends.set(entity, end)
    if (write.kind === 'put') events.push(eventOf(write.item))
  }
}, 30_000)

const eventOf = ({
  pk: _pk,
  sk: _sk,
  gsi1pk: _p1,
  gsi1sk: _s1,
  gsi2pk: _p2,
  gsi2sk: _s2,
  ...event
}: object & Record<string, unknown>) => event as unknown as AuditEvent

const all: AuditFilter = { fromMs: START - DAY_MS, toMs: START + 6 * DAY_MS, asked: [undefined, undefined] }

const byHash = (left: AuditEvent, right: AuditEvent) => (left.hash < right.hash ? -1 : 1)

const cursorOf = async (filter: Partial<AuditFilter>) =>
  (await listAudit(started().table, { ...all, ...filter }, 1, cursors)).nextCursor

async function everyPage(filter: AuditFilter, limit: number): Promise<AuditEvent[]> {
  const seen: AuditEvent[] = []
  let cursor: string | undefined
  do {
    const page = await listAudit(started().table, filter, limit, cursors, cursor)
    expect(page.events.length).toBeLessThanOrEqual(limit)
    seen.push(...page.events)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return seen
}

describe('the list of audit events', () => {
  it('holds every event that matches once, newest first, whatever is asked and however it is paged', async () => {
    const asked = fc.record({
      entity: fc.option(fc.constantFrom(...ENTITIES, 'alert:none'), { nil: undefined }),
      actor: fc.option(fc.constantFrom(...ACTORS, 'nobody'), { nil: undefined }),
      from: fc.integer({ min: -5, max: EVENTS + 5 }),
      to: fc.integer({ min: -5, max: EVENTS + 5 }),
      limit: fc.integer({ min: 1, max: 25 }),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ entity, actor, from, to, limit }) => {
        const [fromMs, toMs] = [Math.min(timeOf(from), timeOf(to)), Math.max(timeOf(from), timeOf(to))]
        const listed = await everyPage({ ...all, entity, actor, fromMs, toMs }, limit)
        const wanted = events.filter(
          (event) =>
            (entity ?? event.entity) === event.entity &&
            (actor ?? event.actor.id) === event.actor.id &&
            Date.parse(event.at) >= fromMs &&
            Date.parse(event.at) <= toMs,
        )
        expect(listed.toSorted(byHash)).toEqual(wanted.toSorted(byHash))
        const times = listed.map((event) => event.at)
        expect(times).toEqual(times.toSorted().toReversed())
      }),
      { numRuns: 40 },
    )
  }, 30_000)

  it('keeps the range of its first page while time goes on', async () => {
    const first = await listAudit(started().table, { ...all, actor: 'ada' }, 1, cursors)
    const later = { ...all, actor: 'ada', fromMs: all.fromMs + 5 * DAY_MS, toMs: all.toMs + 5 * DAY_MS }
    const second = await listAudit(started().table, later, 100, cursors, first.nextCursor)
    const adas = events.filter((event) => event.actor.id === 'ada')
    expect(second.events).toHaveLength(adas.length - 1)
    expect(second.nextCursor).toBeUndefined()
  })

  it('does not go on with the cursor of another list', async () => {
    const foreign: [string | undefined, Partial<AuditFilter>][] = [
      [await cursorOf({}), { entity: 'alert:1' }],
      [await cursorOf({ entity: 'alert:1' }), { entity: 'alert:2' }],
      [await cursorOf({ entity: 'alert:1' }), { actor: 'alert:1' }],
      [await cursorOf({ actor: 'ada' }), { actor: 'grace' }],
      [await cursorOf({ actor: 'ada lovelace' }), { entity: 'ada', actor: 'lovelace' }],
      [
        await cursorOf({ asked: ['2026-02-01T00:00:00Z', undefined] }),
        { asked: [undefined, '2026-02-01T00:00:00Z'] },
      ],
    ]
    for (const [cursor, filter] of foreign) {
      expect(cursor).toBeDefined()
      const problem = await rejectionOf(() =>
        listAudit(started().table, { ...all, ...filter }, 1, cursors, cursor),
      )
      expect(problem.code).toBe('invalid_cursor')
    }
  })
})
