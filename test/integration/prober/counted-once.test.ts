import { expect, test } from 'vitest'
import { tick } from '../../../functions/prober/tick.ts'
import { LAB_START, MINUTE_MS, openLab, refuses, tcpCheck } from '../../support/prober-lab.ts'

/** How many items of each entity there are. */
function countsOf(items: readonly { pk: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { pk } of items) {
    const entity = pk.slice(0, pk.indexOf('#'))
    counts[entity] = (counts[entity] ?? 0) + 1
  }
  return counts
}

const ONCE = { CHECK: 1, RESULT: 1, ALERT: 1, AUDIT: 1, OUTBOX: 1, PROBER: 1 }

test('an invocation that is retried counts its slot once', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  lab.target('api', refuses)
  await lab.tickAt(LAB_START)
  const first = await lab.items()
  expect(countsOf(first)).toEqual(ONCE)
  await lab.tickAt(LAB_START)
  expect(await lab.items()).toEqual(first)
})

test('an old invocation that comes late changes nothing', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  await lab.tickAt(LAB_START + MINUTE_MS)
  const before = await lab.items()
  lab.target('api', refuses)
  await lab.tickAt(LAB_START)
  expect(await lab.items()).toEqual(before)
})

test('one tick that is invoked several times at once gives one result, one alert and one message', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  lab.target('api', refuses)
  const event = { schedule: 'tick', scheduledAt: new Date(LAB_START).toISOString() }
  await lab.clock.drive(Promise.all([1, 2, 3].map(() => tick(event, lab.deps))))
  expect(lab.probed('api')).toBe(9)
  expect(countsOf(await lab.items())).toEqual(ONCE)
  expect((await lab.items('CHECK#'))[0]).toMatchObject({ version: 1, state: { status: 'unhealthy' } })
  expect((await lab.alerts())[0]).toMatchObject({ version: 1, status: 'firing' })
})

test('each tick that follows adds a result and tells nothing twice', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  lab.target('api', refuses)
  for (const minute of [0, 1, 2]) await lab.tickAt(LAB_START + minute * MINUTE_MS)
  expect(countsOf(await lab.items())).toEqual({ ...ONCE, RESULT: 3 })
  expect(await lab.told()).toEqual(['firing>critical'])
})
