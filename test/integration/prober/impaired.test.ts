import { expect, test } from 'vitest'
import {
  answers,
  lacksCredentials,
  LAB_START,
  MINUTE_MS,
  openLab,
  refuses,
  tcpCheck,
  timesOut,
  type Behaviour,
  type Lab,
} from '../../support/prober-lab.ts'

const IDS = ['a', 'b', 'c', 'd']
const openLabOfFour = () => openLab({ checks: IDS.map((id) => tcpCheck(id)) })
const all = (lab: Lab, behaviour: Behaviour) => IDS.forEach((id) => lab.target(id, behaviour))
const at = (minute: number) => LAB_START + minute * MINUTE_MS

test.each([
  ['time out', timesOut],
  ['fail for want of credentials', lacksCredentials],
])('when all probes %s, one alert is about the prober and none about a check', async (_how, behaviour) => {
  const lab = await openLabOfFour()
  await lab.tickAt(at(0))
  const before = (await lab.items('CHECK#')).map(({ state }) => state)
  all(lab, behaviour)
  for (const minute of [1, 2, 3]) await lab.tickAt(at(minute))
  const after = await lab.items('CHECK#')
  expect(after.map(({ state }) => state)).toEqual(before)
  expect(after).toMatchObject(IDS.map(() => ({ trouble: expect.stringMatching(/\w/), version: 2 })))
  expect(await lab.alerts()).toMatchObject([{ kind: 'prober_impaired', severity: 'error', status: 'firing' }])
  expect(await lab.told()).toEqual(['firing>error'])
})

test('the prober is trusted again after two clean ticks, not after one', async () => {
  const lab = await openLabOfFour()
  all(lab, timesOut)
  await lab.tickAt(at(0))
  all(lab, answers())
  await lab.tickAt(at(1))
  expect(await lab.told()).toEqual(['firing>error'])
  all(lab, timesOut)
  await lab.tickAt(at(2))
  all(lab, answers())
  await lab.tickAt(at(3))
  expect(await lab.told()).toEqual(['firing>error'])
  await lab.tickAt(at(4))
  expect(await lab.told()).toEqual(['firing>error', 'resolved>error'])
  expect(await lab.alerts()).toMatchObject([{ status: 'resolved', resolved: { by: 'prober' }, version: 2 }])
})

test('a refusal among time-outs still counts for its own check', async () => {
  const lab = await openLabOfFour()
  await lab.tickAt(at(0))
  all(lab, timesOut)
  lab.target('c', refuses)
  await lab.tickAt(at(1))
  const states = await lab.items('CHECK#')
  expect(states.map(({ trouble }) => trouble === undefined)).toEqual([false, false, true, false])
  expect(states).toMatchObject(
    ['healthy', 'healthy', 'unhealthy', 'healthy'].map((status) => ({ state: { status } })),
  )
  expect(await lab.told()).toEqual(expect.arrayContaining(['firing>critical', 'firing>error']))
  expect((await lab.alerts()).map(({ kind, check }) => check ?? kind).toSorted()).toEqual([
    'c',
    'prober_impaired',
  ])
})

test('one answer proves that the way out works: the time-outs beside it are the targets’ own', async () => {
  const lab = await openLabOfFour()
  all(lab, timesOut)
  lab.target('a', answers())
  await lab.tickAt(at(0))
  expect((await lab.alerts()).map(({ check = '' }) => check).toSorted()).toEqual(['b', 'c', 'd'])
  expect((await lab.items('PROBER#'))[0]).toMatchObject({ state: { impaired: false } })
})

test('a heartbeat that is on time says nothing of the way out: time-outs everywhere else are the prober’s own', async () => {
  const job = {
    ...tcpCheck('job'),
    kind: 'heartbeat',
    target: { periodSeconds: 3_600 },
  } as const
  const lab = await openLab({ checks: [...IDS.map((id) => tcpCheck(id)), job] })
  all(lab, timesOut)
  await lab.tickAt(at(0))
  const judged = (await lab.items('CHECK#')).filter(({ trouble }) => trouble === undefined)
  expect(judged.map(({ pk }) => pk)).toEqual(['CHECK#job'])
  expect(await lab.told()).toEqual(['firing>error'])
})

test('every tick leaves the prober’s heartbeat, also one without a due check', async () => {
  const lab = await openLab({ checks: [tcpCheck('rare', { intervalSeconds: 3600 })] })
  for (const minute of [0, 1, 2]) await lab.tickAt(at(minute))
  expect((await lab.items('PROBER#'))[0]).toMatchObject({ state: { lastTickAt: at(2) }, version: 3 })
})
