import { expect, test } from 'vitest'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { slowLab } from '../../support/slow-lab.ts'

const windows = [{ limit: 10, windowSeconds: 60 }]
const local = RateLimitRule.parse({ name: 'local', scope: 'user', windows })
const closed = RateLimitRule.parse({ name: 'closed', scope: 'user', windows, failurePolicy: 'closed' })
const REST_MS = 1_000

function container() {
  const lab = slowLab([local, closed], 1)
  const [limiter] = lab.limiters
  if (limiter === undefined) throw new Error('The lab has no limiter.')
  const ask = (rule: string) => lab.clock.drive(limiter.decide({ rule, identifier: 'ada' }))
  const askAll = () =>
    lab.clock.drive(limiter.decideAll(['local', 'closed'].map((rule) => ({ rule, identifier: 'ada' }))))
  const later = (ms: number) => lab.clock.set(lab.clock.now() + ms)
  return { ...lab, limiter, ask, askAll, later }
}

test('what was admitted in an outage counts from then on, and not from when it was recorded', async () => {
  const { ask, mood, later } = container()
  await ask('local')
  mood.isDown = true
  const admitted = []
  for (let asked = 0; asked < 12; asked += 1) admitted.push((await ask('local')).allowed)
  expect(admitted.filter(Boolean)).toHaveLength(9)
  mood.isDown = false
  later(REST_MS)
  expect(await ask('local')).toMatchObject({ reason: 'limit_reached', standings: [{ used: 10 }] })
  later(24 * 3_600_000)
  expect(await ask('local')).toMatchObject({ reason: 'admitted', standings: [{ used: 1 }] })
})

test('a debt that nobody has asked about for longer than the window is owed no more', async () => {
  const { ask, mood, later } = container()
  await ask('local')
  mood.isDown = true
  for (let asked = 0; asked < 9; asked += 1) await ask('local')
  mood.isDown = false
  later(120_000)
  expect(await ask('local')).toMatchObject({ reason: 'admitted', standings: [{ used: 1 }] })
})

test('in an outage, too, several rules give all or nothing', async () => {
  const { ask, askAll, mood, later } = container()
  await askAll()
  mood.isDown = true
  for (let asked = 0; asked < 20; asked += 1) {
    expect((await askAll()).map(({ allowed }) => allowed)).toEqual([true, false])
  }
  const share = await ask('local')
  expect(share).toMatchObject({ allowed: true, degraded: true })
  mood.isDown = false
  later(REST_MS)
  expect(await ask('local')).toMatchObject({ reason: 'admitted', standings: [{ used: 3 }] })
})

test('when one of several questions cannot be asked at all, the others are given back', async () => {
  const { limiter, clock, ask } = container()
  const wrong = { rule: 'closed', identifier: 'x'.repeat(257) }
  const both = limiter.decideAll([{ rule: 'local', identifier: 'ada' }, wrong])
  await expect(clock.drive(both)).rejects.toMatchObject({ fields: [{ path: 'requests.1.identifier' }] })
  expect(await ask('local')).toMatchObject({ standings: [{ used: 1 }] })
})
