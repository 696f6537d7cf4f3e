import { beforeAll, describe, expect, it } from 'vitest'
import type { InboxEntry } from '../../../local/stack/inbox.ts'
import { leaksOf } from '../../support/secrets.ts'
import { eventOf, field, seen, testStack } from '../../support/test-stack.ts'
import { watchedDatabase } from '../../support/watched-database.ts'

const DRILL_MS = 60_000

const stack = testStack(watchedDatabase())

const checkIn = (message: InboxEntry): unknown => field(message.body, 'alert.check')

const messagesOf = (check: string, event: string): readonly InboxEntry[] =>
  stack()
    .inbox()
    .filter((message) => checkIn(message) === check && eventOf(message) === event)

const arrived = (check: string, event: string): Promise<InboxEntry> =>
  seen(`the message that ${check} is ${event}`, () => messagesOf(check, event)[0])

const tickTwice = async () => {
  await stack().tick()
  await stack().tick()
}

beforeAll(tickTwice, DRILL_MS)

const report = (requestId: string) => ({
  requests: [
    {
      at: new Date().toISOString(),
      service: 'drill',
      route: 'GET /drill',
      duration_ms: 1_500,
      status: 200,
      request_id: requestId,
    },
  ],
})

const post = (requestId: string) =>
  stack().api.call('POST', '/api/v1/ops/slow-requests', { as: 'admin', body: report(requestId) })

/** Reports requests and returns those that were acknowledged. */
async function reported(ids: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(ids.map(async (id) => ({ id, answer: await post(id) })))
  return answers.filter(({ answer }) => answer.status === 202).map(({ id }) => id)
}

// A drill is one story: its steps keep their order when tests are shuffled.
describe('a game day for what Midwatch and its platform depend on', { shuffle: false }, () => {
  describe('S3, Cognito and a third-party service that are down at once', () => {
    beforeAll(async () => {
      const { faults, tick } = stack()
      await Promise.all([
        faults.set('s3', { down: true }),
        faults.set('cognito', { down: true }),
        faults.set('external-api', { down: true }),
      ])
      await tick()
    }, DRILL_MS)

    it.each([
      ['s3-avatars', 'error', 'storage'],
      ['s3-backlot', 'error', 'storage'],
      ['cognito', 'critical', 'authentication'],
      ['external-apis', 'warning', 'external-apis'],
    ])('the failure of %s is announced on the %s topic', async (check, severity, component) => {
      const message = await arrived(check, 'firing')
      expect(message).toMatchObject({ severity, attributes: { component, kind: 'check_unhealthy' } })
      expect(await stack().api.check(check)).toMatchObject({ status: 'unhealthy' })
    })

    it('whoever has signed in keeps working', async () => {
      const answer = await stack().api.call('GET', '/api/v1/ops/alerts?status=open', { as: 'responder' })
      expect(answer.status).toBe(200)
      expect(field(answer.body, 'alerts')).toHaveLength(4)
    })

    it('the components that users know say so', async () => {
      const ready = await stack().api.call('GET', '/health/ready')
      expect(ready).toMatchObject({
        status: 503,
        body: { checks: { database: 'connected', storage: 'inaccessible', authentication: 'unavailable' } },
      })
    })

    it('nobody is paged for what still works', () => {
      expect(messagesOf('database', 'firing')).toStrictEqual([])
      expect(
        stack()
          .inbox()
          .every((message) => checkIn(message) !== undefined),
      ).toBe(true)
    })

    it(
      'each is resolved once they are back',
      async () => {
        await stack().faults.clear()
        await tickTwice()
        for (const check of ['s3-avatars', 's3-backlot', 'cognito', 'external-apis']) {
          const [firing, resolved] = [await arrived(check, 'firing'), await arrived(check, 'resolved')]
          expect(field(resolved.body, 'dedup_key')).toBe(field(firing.body, 'dedup_key'))
          expect(resolved.severity).toBe(firing.severity)
        }
        const open = await stack().api.get('/api/v1/ops/alerts?status=open')
        expect(open.body).toStrictEqual({ alerts: [] })
      },
      DRILL_MS,
    )
  })

  describe('a DynamoDB that is down', () => {
    const accepted: string[] = []

    beforeAll(async () => {
      accepted.push(...(await reported(['before-1', 'before-2'])))
      await Promise.all([
        stack().faults.set('dynamodb', { down: true }),
        stack().faults.set('database', { down: true }),
      ])
    }, DRILL_MS)

    it.each([
      ['GET', '/api/v1/ops/health'],
      ['GET', '/api/v1/ops/alerts'],
      ['GET', '/api/v1/ops/slow-requests'],
      ['POST', '/api/v1/ops/health/check/database'],
      ['GET', '/health'],
      ['GET', '/health/ready'],
      ['GET', '/ops/uptime'],
    ])('%s %s answers 503 problem+json that says nothing of the inside', async (method, path) => {
      const answer = await stack().api.call(method, path, { as: 'responder' })
      expect(answer.status).toBe(503)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.body).toStrictEqual({
        type: '/docs/errors#unavailable',
        title: expect.any(String),
        status: 503,
        code: 'unavailable',
        requestId: expect.any(String),
      })
      expect(answer.text).not.toMatch(/dynamo|127\.0\.0\.1|ECONN|at .*\.js|midwatch/i)
    })

    it('what cannot be stored is not acknowledged', async () => {
      expect(await reported(['during-1', 'during-2'])).toStrictEqual([])
    })

    it(
      'a tick ends all the same',
      async () => {
        await expect(stack().tick()).resolves.toBeUndefined()
      },
      DRILL_MS,
    )

    it(
      'everything recovers by itself, and the outage that began meanwhile is announced',
      async () => {
        await stack().faults.clear('dynamodb')
        await stack().tick()
        accepted.push(...(await reported(['after-1'])))
        expect((await stack().api.get('/api/v1/ops/health')).status).toBe(200)
        expect((await arrived('database', 'firing')).severity).toBe('critical')
        await stack().faults.clear('database')
        await tickTwice()
        expect((await arrived('database', 'resolved')).severity).toBe('critical')
      },
      DRILL_MS,
    )

    it('nothing that was acknowledged is lost', async () => {
      expect(accepted).toStrictEqual(['before-1', 'before-2', 'after-1'])
      const { body } = await stack().api.get('/api/v1/ops/slow-requests?service=drill')
      const stored = field(body, 'requests')
      expect(stored).toHaveLength(accepted.length)
      expect(JSON.stringify(stored)).toMatch(/after-1.*before/)
    })
  })

  it('no answer, message or log line of these drills holds a secret or an address', async () => {
    expect(await leaksOf(stack())).toStrictEqual([])
  })
})
