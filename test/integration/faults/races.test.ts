import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { Answer } from '../../support/api.ts'
import { alertWriter, auditFaults, bodiesById } from '../../support/outbox.ts'
import { eventOf, field, NO_DATABASE, seen, testStack } from '../../support/test-stack.ts'

const CALLERS = 20

const stack = testStack(() => ({ databaseUrl: NO_DATABASE }))

/** A fresh alert's path. */
async function freshAlert(): Promise<{ readonly id: string; readonly path: string }> {
  const { id } = await alertWriter(stack().rows, systemEffects).raise(randomUUID())
  return { id, path: `/api/v1/ops/alerts/${id}` }
}

const atOnce = (call: (caller: number) => Promise<Answer>): Promise<readonly Answer[]> =>
  Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))

const acknowledge = (path: string, headers: Readonly<Record<string, string>> = {}, note = 'On it') =>
  stack().api.call('POST', `${path}/acknowledge`, { as: 'responder', body: { note }, headers })

async function actionsOf(alertId: string): Promise<readonly unknown[]> {
  const path = `/api/v1/ops/audit?entity=${encodeURIComponent(`alert:${alertId}`)}`
  const { body } = await stack().api.call('GET', path, { as: 'admin' })
  const events = field(body, 'events')
  return Array.isArray(events) ? events.map((event) => field(event, 'action')) : []
}

const messagesAbout = (alertId: string, event: string) =>
  stack()
    .inbox()
    .filter((message) => field(message.body, 'dedup_key') === alertId && eventOf(message) === event)

describe('20 people who acknowledge the same version of an alert at once', () => {
  it('are one who does it and 19 who hear that they are late', async () => {
    const { id, path } = await freshAlert()
    const answers = await atOnce((caller) => acknowledge(path, { 'if-match': '"1"' }, `Caller ${caller}`))
    const done = answers.filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(done[0]?.body).toMatchObject({ status: 'acknowledged', version: 2 })
    const late = answers.filter(({ status }) => status !== 200)
    expect(late.every(({ status }) => status === 412 || status === 409)).toBe(true)
    expect(await actionsOf(id)).toStrictEqual(['alert.acknowledged', 'alert.opened'])
    const stored = await stack().api.get(path)
    expect(stored.body).toStrictEqual(done[0]?.body)
    await seen('the message', () => messagesAbout(id, 'acknowledged')[0])
    expect(bodiesById(messagesAbout(id, 'acknowledged')).size).toBe(1)
  })
})

describe('20 requests with one Idempotency-Key at once', () => {
  it('have one effect and one answer', async () => {
    const { id, path } = await freshAlert()
    const key = randomUUID()
    const answers = await atOnce(() => acknowledge(path, { 'idempotency-key': key }))
    const done = answers.filter(({ status }) => status === 200)
    expect(done.length).toBeGreaterThanOrEqual(1)
    expect(new Set(done.map(({ text }) => text)).size).toBe(1)
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    expect(await actionsOf(id)).toStrictEqual(['alert.acknowledged', 'alert.opened'])
  })
})

describe('people who acknowledge and people who resolve an alert at once', () => {
  it('leave it resolved, with an audit chain that verifies', async () => {
    const { id, path } = await freshAlert()
    const answers = await atOnce((caller) =>
      caller % 2 === 0
        ? acknowledge(path)
        : stack().api.call('POST', `${path}/resolve`, { as: 'responder', body: {} }),
    )
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    const { body } = await stack().api.get(path)
    const actions = await actionsOf(id)
    expect(body).toMatchObject({ status: 'resolved', version: actions.length })
    expect(actions.filter((action) => action === 'alert.resolved')).toHaveLength(1)
    const { tableName, table } = stack()
    expect(await auditFaults({ client: table(), tableName })).toStrictEqual([])
  })
})

describe('people who acknowledge while DynamoDB loses 30 % of its replies', () => {
  it('are told 200 only for what is stored, and it is stored once', async () => {
    const alerts = await Promise.all(Array.from({ length: CALLERS }, freshAlert))
    await stack().faults.set('dynamodb', { dropAfterCommit: true, percent: 30 })
    const asked = alerts.map(async ({ id, path }) => {
      return { id, path, answer: await acknowledge(path, { 'idempotency-key': id }) }
    })
    const answers = await Promise.all(asked)
    await stack().faults.clear()
    const told = answers.filter(({ answer }) => answer.status === 200)
    expect(told.length).toBeGreaterThan(CALLERS / 2)
    for (const { id, path, answer } of told) {
      expect((await stack().api.get(path)).body).toStrictEqual(answer.body)
      expect(await actionsOf(id)).toStrictEqual(['alert.acknowledged', 'alert.opened'])
    }
  })
})

describe('entity tags', () => {
  it('spare a caller what it has already, until it changes', async () => {
    const { path } = await freshAlert()
    const first = await stack().api.get(path)
    const etag = first.headers.get('etag') ?? ''
    const look = () => stack().api.call('GET', path, { as: 'viewer', headers: { 'if-none-match': etag } })
    expect(etag).toBe('"1"')
    expect(await look()).toMatchObject({ status: 304, text: '' })
    const changed = await acknowledge(path, { 'if-match': etag })
    expect([changed.status, changed.headers.get('etag')]).toStrictEqual([200, '"2"'])
    expect(await look()).toMatchObject({ status: 200, body: changed.body })
    const stale = await acknowledge(path, { 'if-match': etag })
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale_version' } })
  })
})
