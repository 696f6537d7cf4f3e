import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import { publishHeads as job } from '../../../functions/audit/publish-heads.ts'
import { publishHeads, readHeads } from '../../../shared/audit/heads.ts'
import { eventsOfDay } from '../../../shared/audit/store.ts'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { appendAudit, type AuditEvent, type ChainEnd } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { readEnv } from '../../../shared/kernel/env.ts'
import { manualEffects } from '../../support/effects.ts'
import { testMessaging } from '../../support/messaging.ts'
import { capturedOutput } from '../../support/output.ts'
import { inRole } from '../../support/role.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const START = Date.parse('2026-02-15T00:10:00.000Z')
const HOUR_MS = 3_600_000
const DAYS = ['2026-02-15', '2026-02-16', '2026-02-17', '2026-02-18']
const effects = manualEffects(START, 'immediate')
const started = testTable(effects)
const messaging = testMessaging()
const output = capturedOutput()
afterEach(() => started().faults.clear())

const ends = new Map<string, ChainEnd>()
async function change(entity: string): Promise<void> {
  const entry = { entity, now: effects.now(), actor: systemPrincipal('prober'), action: 'thing.changed' }
  const { write, end } = appendAudit(ends.get(entity), entry)
  await started().table.commit([write], effects.id())
  ends.set(entity, end)
}
const inPublisher = <T>(run: () => Promise<T>) => inRole('audit-publish-heads', run)
const publish = () => inPublisher(() => publishHeads(started().table, messaging(), effects))
async function allEvents(): Promise<AuditEvent[]> {
  return (await Promise.all(DAYS.map((day) => eventsOfDay(started().table, day)))).flat()
}

// One story told in order: the days pass from one test to the next.
describe('heads over all audit chains', { shuffle: false }, () => {
  it('are published for the day that has ended, even when nothing happened on it', async () => {
    expect(await publish()).toEqual(['2026-02-14'])
    expect(await readHeads(messaging())).toMatchObject([{ day: '2026-02-14', chains: [], prevHash: '' }])
  })

  it('are published once a day', async () => {
    for (let n = 0; n < 230; n += 1) await change(`alert:${n % 5}`)
    effects.advance(12 * HOUR_MS)
    expect(await publish()).toEqual([])
    effects.advance(12 * HOUR_MS)
    expect(await publish()).toEqual(['2026-02-15'])
    expect(await publish()).toEqual([])
  }, 20_000)

  it('are published again, with the same bytes, when a crash came between publishing and remembering', async () => {
    await change('alert:1')
    effects.advance(24 * HOUR_MS)
    await started().faults.set({ status: 500, only: 'PutItem' })
    await expect(publishHeads(started().reopened(), messaging(), effects)).rejects.toThrow('does not answer')
    const before = await readHeads(messaging())
    expect(before).toHaveLength(3)
    await started().faults.clear()
    expect(await publish()).toEqual(['2026-02-16'])
    expect(await readHeads(messaging())).toEqual(before)
  })

  it('are made up for, day by day, after days without', async () => {
    await change('alert:1')
    effects.advance(24 * HOUR_MS)
    await change('alert:2')
    effects.advance(24 * HOUR_MS)
    const env = readEnv({ MIDWATCH_TABLE: TEST_TABLE })
    const deps = { env, effects, table: started().table, heads: messaging() }
    await inPublisher(() => job({ schedule: 'audit-publish-heads', scheduledAt: '' }, deps))
    expect(output()).toMatchObject([{ message: 'audit heads published', days: ['2026-02-17', '2026-02-18'] }])
  })

  it('fit the events, which nobody has touched', async () => {
    const [events, heads] = [await allEvents(), await readHeads(messaging())]
    expect(events).toHaveLength(233)
    expect(heads.map((head) => head.day)).toEqual(['2026-02-14', ...DAYS])
    expect(verifyAudit(events, heads)).toEqual([])
  })

  it('name what was altered in the table or in the bucket', async () => {
    const { table } = started()
    const key = { pk: 'AUDIT#alert:3', sk: '0000000007' }
    await table.commit(
      [{ kind: 'update', key, set: { action: 'nothing.happened' }, expect: { present: true } }],
      effects.id(),
    )
    const { s3, bucket } = messaging()
    const [head] = (await readHeads(messaging())).slice(-1)
    const Body = JSON.stringify({ ...head, chains: [] })
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'audit-heads/2026-02-18.json', Body }))
    expect(verifyAudit(await allEvents(), await readHeads(messaging()))).toEqual([
      { where: 'alert:3 #7', what: 'its content was altered' },
      { where: 'head of 2026-02-18', what: 'it was altered' },
      { where: 'alert:2 #47', what: 'the head of 2026-02-18 does not know it' },
    ])
  })

  it('are published by one of two who try at the same moment', async () => {
    effects.advance(24 * HOUR_MS)
    const both = await Promise.allSettled([publish(), publish()])
    expect(both.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    const lost = both.find((result) => result.status === 'rejected')
    expect(String(lost?.reason)).toContain('Another invocation is publishing heads.')
  })
})
