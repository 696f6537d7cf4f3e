import { beforeAll, describe, expect, it } from 'vitest'
import type { FaultTarget } from '../../../local/stack/faults.ts'
import { eventOf, field, seen, testStack } from '../../support/test-stack.ts'

/** Three attempts with a timeout of five seconds each. */
const DRILL_MS = 60_000
const WATCHED: readonly FaultTarget[] = ['database', 's3', 'cognito', 'external-api']

const stack = testStack()

const tickTwice = async () => {
  await stack().tick()
  await stack().tick()
}

const impairedMessage = (event: string) =>
  seen(`the message that the prober's alert is ${event}`, () =>
    stack()
      .inbox()
      .find((message) => message.attributes['kind'] === 'prober_impaired' && eventOf(message) === event),
  )

// A drill is one story: its steps keep their order when tests are shuffled.
describe('a prober whose way out is cut', { shuffle: false }, () => {
  beforeAll(async () => {
    await tickTwice()
    await Promise.all(WATCHED.map((target) => stack().faults.set(target, { blackhole: true })))
    await stack().tick()
  }, DRILL_MS)

  it('raises one alert about itself', async () => {
    const message = await impairedMessage('firing')
    expect(message).toMatchObject({ severity: 'error', attributes: { component: 'midwatch' } })
    const { body } = await stack().api.get('/api/v1/ops/alerts')
    expect(body).toStrictEqual({ alerts: [expect.objectContaining({ kind: 'prober_impaired' })] })
    expect(stack().inbox()).toHaveLength(1)
  })

  it('speaks ill of no target', async () => {
    const { body } = await stack().api.get('/api/v1/ops/health')
    expect(body).toMatchObject({ summary: { degraded: 0, unhealthy: 0 } })
  })

  it(
    'resolves it after two clean ticks',
    async () => {
      await stack().faults.clear()
      await tickTwice()
      const [firing, resolved] = [await impairedMessage('firing'), await impairedMessage('resolved')]
      expect(field(resolved.body, 'dedup_key')).toBe(field(firing.body, 'dedup_key'))
      expect(stack().inbox()).toHaveLength(2)
      const { body } = await stack().api.get('/api/v1/ops/alerts?status=open')
      expect(body).toStrictEqual({ alerts: [] })
    },
    DRILL_MS,
  )
})
