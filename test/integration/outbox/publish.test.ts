import type { PublishCommand } from '@aws-sdk/client-sns'
import { afterEach, describe, expect, it } from 'vitest'
import { publish } from '../../../functions/outbox/publish.ts'
import { sweep } from '../../../functions/outbox/sweep.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { outboxWrite, PENDING_PARTITION, type OutboxRow } from '../../../shared/kernel/outbox.ts'
import { publishRow as publishAnyRow, sweepOutbox, type Publisher } from '../../../shared/outbox/publish.ts'
import { manualEffects } from '../../support/effects.ts'
import { testMessaging } from '../../support/messaging.ts'
import { capturedOutput } from '../../support/output.ts'
import { inRole } from '../../support/role.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(undefined, 'immediate')
const started = testTable(effects)
const messaging = testMessaging()
const output = capturedOutput()

const publisher = (overrides: Partial<Publisher> = {}): Publisher => {
  const { sns, topicArns } = messaging()
  return { sns, topicArns, table: started().table, effects, ...overrides }
}
/** As the consumer of the stream does, and the sweep: each in the role of its function. */
const publishRow = (...input: Parameters<typeof publishAnyRow>) =>
  inRole('outbox-publish', () => publishAnyRow(...input))
const swept = (by = publisher()) => inRole('outbox-sweep', () => sweepOutbox(by))
const rowOf = (topic = 'critical'): OutboxRow => {
  const id = systemEffects.id()
  return {
    id,
    topic,
    subject: `[${topic}] Überwachte database is unhealthy (firing)`,
    body: { version: 1, id, alert: { summary: 'Database is unhealthy' } },
    attributes: { severity: topic, component: 'database', status: 'firing', kind: 'check_unhealthy' },
    createdAt: effects.now(),
  }
}
async function written(topic?: string): Promise<OutboxRow> {
  const row = rowOf(topic)
  await started().table.commit([outboxWrite(row)], row.id)
  return row
}
const storedRow = (id: string) =>
  started().table.get<OutboxRow & { deliveredAt?: number }>({ pk: `OUTBOX#${id}`, sk: 'ROW' })
async function pending(): Promise<readonly string[]> {
  const query = { index: 'gsi1', partition: PENDING_PARTITION, limit: 100 } as const
  return (await started().table.query<OutboxRow>(query)).items.map((row) => row.id)
}

afterEach(async () => {
  await started().faults.clear()
  await messaging().faults.clear()
  for (const id of await pending()) {
    await started().table.commit(
      [{ kind: 'delete', key: { pk: `OUTBOX#${id}`, sk: 'ROW' }, expect: { anything: true } }],
      systemEffects.id(),
    )
  }
  await messaging().delivered()
})

describe('publishing a row', () => {
  it('delivers it to the topic of its severity, with attributes to filter by and its id', async () => {
    const row = await written('error')
    await publishRow(publisher(), row)
    expect(await messaging().delivered()).toEqual([
      {
        body: row.body,
        subject: '[error] ?berwachte database is unhealthy (firing)',
        attributes: {
          severity: 'error',
          component: 'database',
          status: 'firing',
          kind: 'check_unhealthy',
          id: row.id,
        },
      },
    ])
  })

  it('takes it out of the index of pending rows, and keeps it', async () => {
    const row = await written()
    expect(await pending()).toEqual([row.id])
    await publishRow(publisher(), row)
    expect(await pending()).toEqual([])
    expect(await storedRow(row.id)).toEqual({ ...row, deliveredAt: effects.now() })
  })

  it('leaves it pending when its topic does not answer', async () => {
    const row = await written()
    await messaging().faults.set({ status: 500 })
    await expect(publishRow(publisher(), row)).rejects.toThrow('Internal server error')
    expect(await pending()).toEqual([row.id])
    expect(await messaging().delivered()).toEqual([])
  })

  it('says so when there is no such topic', async () => {
    await expect(publishRow(publisher(), await written('unheard-of'))).rejects.toThrow(
      'There is no topic for "unheard-of".',
    )
  })

  it('happens again, with the same id, when the function died before it could mark the row', async () => {
    const row = await written()
    await started().faults.set({ down: true })
    await expect(publishRow(publisher({ table: started().reopened() }), row)).rejects.toThrow(
      'does not answer',
    )
    await started().faults.clear()
    expect(await pending()).toEqual([row.id])
    await publishRow(publisher(), row)
    const ids = (await messaging().delivered()).map((message) => message.attributes['id'])
    expect(ids).toEqual([row.id, row.id])
    expect(await pending()).toEqual([])
  })

  it('is what the stream consumer does with a new row', async () => {
    const row = await written()
    await inRole('outbox-publish', () => publish(row, publisher()))
    expect(await messaging().delivered()).toHaveLength(1)
    expect(await pending()).toEqual([])
  })

  it('never says that a row is delivered which SNS did not take, wherever the function dies', async () => {
    const dies = ['before publishing', 'after publishing', 'after marking'] as const
    for (const moment of dies) {
      const row = await written()
      const { sns, topicArns } = messaging()
      const dead = new Error('The function was killed.')
      const dying = publisher({
        sns: Object.assign(Object.create(sns), {
          send: async (command: PublishCommand) => {
            if (moment === 'before publishing') throw dead
            return sns.send(command)
          },
        }),
        table: {
          ...started().table,
          commit: async (...args) => {
            if (moment === 'after publishing') throw dead
            const result = await started().table.commit(...args)
            if (moment === 'after marking') throw dead
            return result
          },
        },
        topicArns,
      })
      await expect(publishRow(dying, row)).rejects.toThrow(dead)
      effects.advance(60_001)
      await swept()
      const ids = (await messaging().delivered()).map((message) => message.attributes['id'])
      expect(ids.length).toBeGreaterThanOrEqual(1)
      expect(new Set(ids)).toEqual(new Set([row.id]))
      expect(await pending()).toEqual([])
    }
  })
})

describe('the sweep', () => {
  it('publishes only what is older than 60 seconds', async () => {
    const old = await written()
    effects.advance(60_000)
    expect(await swept()).toEqual({ published: 0, failures: [], oldestAgeMs: 0 })
    effects.advance(1)
    const young = await written()
    expect(await swept()).toEqual({ published: 1, failures: [], oldestAgeMs: 60_001 })
    expect((await messaging().delivered()).map((message) => message.attributes['id'])).toEqual([old.id])
    expect(await pending()).toEqual([young.id])
  })

  it('does not touch what was delivered', async () => {
    await publishRow(publisher(), await written())
    effects.advance(120_000)
    expect(await swept()).toMatchObject({ published: 0 })
    expect(await messaging().delivered()).toHaveLength(1)
  })

  it('publishes the rest although one row fails, and tells of it', async () => {
    const lost = await written('unheard-of')
    const good = [await written(), await written(), await written()]
    effects.advance(60_001)
    const report = await swept()
    expect(report).toMatchObject({
      published: 3,
      failures: [{ message: 'There is no topic for "unheard-of".' }],
    })
    const ids = (await messaging().delivered()).map((message) => message.attributes['id'])
    expect(new Set(ids)).toEqual(new Set(good.map((row) => row.id)))
    expect(ids).toHaveLength(3)
    expect(await pending()).toEqual([lost.id])
  })

  it('ends in time when the topics do not answer, and the next one begins where it ended', async () => {
    const rows = await Promise.all(Array.from({ length: 25 }, () => written()))
    effects.advance(60_001)
    const { sns } = messaging()
    const slow = Object.assign(Object.create(sns), {
      send: async () => {
        effects.advance(2_000)
        throw new Error('no answer')
      },
    })
    const report = await swept(publisher({ sns: slow }))
    expect(report.published).toBe(0)
    expect(report.failures).toHaveLength(20)
    expect(await swept()).toMatchObject({ published: rows.length })
  })

  it('logs what it could not publish, and counts what it did', async () => {
    await written('unheard-of')
    await written()
    effects.advance(60_001)
    const event = { schedule: 'outbox-sweep', scheduledAt: '2026-02-15T12:00:00Z' }
    await inRole('outbox-sweep', () => sweep(event, publisher()))
    expect(output()).toContainEqual(expect.objectContaining({ message: 'outbox row not published' }))
  })
})
