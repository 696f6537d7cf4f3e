import { beforeAll, describe, expect, it } from 'vitest'
import type { InboxEntry } from '../../../local/stack/inbox.ts'
import type { Severity } from '../../../shared/health/check.ts'
import { leaksOf } from '../../support/secrets.ts'
import { eventOf, field, seen, testStack } from '../../support/test-stack.ts'
import { watchedDatabase } from '../../support/watched-database.ts'

/** A tick of three attempts, the last one five seconds after the first, and what it takes to notice. */
const DRILL_MS = 40_000
/** The promise: the alert is in the inbox this long after the tick that found the outage. */
const PAGED_WITHIN_MS = 10_000

const stack = testStack(watchedDatabase())

const messages = (severity: Severity, event: string): readonly InboxEntry[] =>
  stack()
    .inbox({ severity })
    .filter((entry) => eventOf(entry) === event && field(entry.body, 'alert.check') === 'database')

const arrived = (severity: Severity, event: string, count: number): Promise<InboxEntry> =>
  seen(`message ${count} that the database is ${event} on ${severity}`, () => {
    const found = messages(severity, event)
    return found.length >= count ? found[0] : undefined
  })

const tickTwice = async () => {
  await stack().tick()
  await stack().tick()
}

/** Good twice is healthy again, but on a busy machine not every answer is as fast as a good one has to be. */
const tickUntilHealthy = () =>
  seen('the database to be healthy', async () => {
    await stack().tick()
    const { status } = await stack().api.check('database')
    return status === 'healthy' ? status : undefined
  })

beforeAll(tickUntilHealthy, DRILL_MS)

interface Slot {
  readonly attempts: number
  readonly dropped: number
}

/** What the proxy saw of one tick's attempts. */
async function tickSeenByTheProxy(): Promise<Slot> {
  const count = () => ({ ...stack().faults.state().database?.counters })
  const before = count()
  await stack().tick()
  const after = count()
  return {
    attempts: (after.requests ?? 0) - (before.requests ?? 0),
    dropped: (after.dropped ?? 0) - (before.dropped ?? 0),
  }
}

// A drill is one story: its steps keep their order when tests are shuffled.
describe('a game day for the database', { shuffle: false }, () => {
  describe('a database that is down', () => {
    let tickedAtMs = 0
    beforeAll(async () => {
      await stack().faults.set('database', { down: true })
      tickedAtMs = Date.now()
      await stack().tick()
    }, DRILL_MS)

    it('pages on the critical topic within ten seconds of the tick', async () => {
      const page = await arrived('critical', 'firing', 1)
      expect(Date.parse(page.received_at) - tickedAtMs).toBeLessThanOrEqual(PAGED_WITHIN_MS)
      expect(page.attributes).toStrictEqual({
        severity: 'critical',
        component: 'database',
        status: 'firing',
        kind: 'check_unhealthy',
        id: field(page.body, 'id'),
      })
      expect(page.body).toMatchObject({
        version: 1,
        event: 'firing',
        alert: { status: 'firing', check: 'database', message: 'The connection was refused' },
      })
    })

    it('is unhealthy, and so is the platform', async () => {
      const { body } = await stack().api.get('/api/v1/ops/health')
      expect(body).toMatchObject({ status: 'unhealthy', summary: { unhealthy: 1 } })
      expect(await stack().api.check('database')).toMatchObject({ status: 'unhealthy' })
      const list = await stack().api.get('/api/v1/ops/alerts?status=open&severity=critical')
      expect(list.body).toMatchObject({ alerts: [{ check: 'database', status: 'firing' }] })
    })

    it('is "disconnected" to whoever asks whether the platform is ready', async () => {
      const ready = await stack().api.call('GET', '/health/ready')
      expect(ready.status).toBe(503)
      expect(ready.body).toMatchObject({ status: 'not_ready', checks: { database: 'disconnected' } })
      expect((await stack().api.call('GET', '/health')).status).toBe(503)
      const uptime = await stack().api.call('GET', '/ops/uptime')
      expect(uptime.body).toMatchObject({ status: 'outage', services: { database: 'outage' } })
    })

    it('pages once, however long it lasts', async () => {
      await tickTwice()
      expect(messages('critical', 'firing')).toHaveLength(1)
    })

    it('is resolved after its return, and whoever was paged hears of it', async () => {
      await stack().faults.clear('database')
      await tickUntilHealthy()
      const page = messages('critical', 'firing')[0]
      const end = await arrived('critical', 'resolved', 1)
      expect(field(end.body, 'dedup_key')).toBe(field(page?.body, 'dedup_key'))
      const ready = await stack().api.call('GET', '/health/ready')
      expect(ready).toMatchObject({ status: 200, body: { checks: { database: 'connected' } } })
      const open = await stack().api.get('/api/v1/ops/alerts?status=open')
      expect(open.body).toStrictEqual({ alerts: [] })
    })
  })

  describe('a database that takes 1,500 ms to answer', () => {
    it(
      'is degraded, which is a warning and no more',
      async () => {
        await stack().faults.set('database', { latencyMs: 1_500 })
        await stack().tick()
        const warning = await arrived('warning', 'firing', 1)
        expect(field(warning.body, 'alert')).toMatchObject({ kind: 'check_degraded', severity: 'warning' })
        expect(await stack().api.check('database')).toMatchObject({ status: 'degraded' })
        expect((await stack().api.call('GET', '/health/ready')).status).toBe(200)
        expect(messages('critical', 'firing')).toHaveLength(1)
      },
      DRILL_MS,
    )

    it(
      'is healthy again when it is fast again',
      async () => {
        await stack().faults.clear('database')
        await tickUntilHealthy()
        const end = await arrived('warning', 'resolved', 1)
        expect(field(end.body, 'alert.status')).toBe('resolved')
      },
      DRILL_MS,
    )
  })

  describe('a database that drops 30 % of its connections', () => {
    const TICKS = 12

    it(
      'alerts only when all attempts of a slot failed',
      async () => {
        const before = messages('critical', 'firing').length
        await stack().faults.set('database', { failPercent: 30 })
        const slots: Slot[] = []
        for (let tick = 0; tick < TICKS; tick += 1) slots.push(await tickSeenByTheProxy())
        await stack().faults.clear('database')
        await tickUntilHealthy()
        const failed = slots.filter(({ attempts, dropped }) => dropped === attempts)
        if (failed.length > 0) await arrived('critical', 'firing', before + 1)
        expect(slots.every(({ attempts }) => attempts >= 1)).toBe(true)
        expect(messages('critical', 'firing').length > before).toBe(failed.length > 0)
      },
      2 * DRILL_MS,
    )
  })

  it('no answer, message or log line of these drills holds a secret or an address', async () => {
    expect(await leaksOf(stack())).toStrictEqual([])
  })
})
