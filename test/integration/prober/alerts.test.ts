import { expect, test } from 'vitest'
import { resolveAlert } from '../../../shared/alerts/decide.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import {
  answers,
  lacksCredentials,
  LAB_START,
  MINUTE_MS,
  openLab,
  refuses,
  tcpCheck,
  type Behaviour,
  type Lab,
} from '../../support/prober-lab.ts'

const thresholds = { normalBelowMs: 100, degradedAboveMs: 800 }
const openLabOfOne = () => openLab({ checks: [tcpCheck('api', { thresholds })] })

/** Runs a tick a minute, one for each behaviour. Returns what was told by each. */
async function play(lab: Lab, fromMinute: number, behaviours: readonly Behaviour[]) {
  const toldBy: string[][] = []
  for (const [index, behaviour] of behaviours.entries()) {
    const before = (await lab.told()).length
    lab.target('api', behaviour)
    await lab.tickAt(LAB_START + (fromMinute + index) * MINUTE_MS)
    toldBy.push((await lab.told()).slice(before))
  }
  return toldBy
}

const repeat = (times: number, ...behaviours: readonly Behaviour[]) =>
  Array.from({ length: times }, () => behaviours).flat()
const [good, between, slow] = [answers(20), answers(400), answers(900)]

test('one failed probe that an immediate re-probe clears tells nobody and leaves the check healthy', async () => {
  const lab = await openLabOfOne()
  let attempts = 0
  const once: Behaviour = (attempt) => ((attempts += 1) === 1 ? refuses(attempt) : good(attempt))
  await play(lab, 0, [once])
  expect(lab.probed('api')).toBe(2)
  expect(await lab.told()).toEqual([])
  expect((await lab.items('RESULT#'))[0]).toMatchObject({ grade: 'good', status: 'healthy' })
})

test('a failure is told once, its end after two good ticks', async () => {
  const lab = await openLabOfOne()
  const told = await play(lab, 0, [good, refuses, refuses, good, good, good])
  expect(told).toEqual([[], ['firing>critical'], [], [], ['resolved>critical'], []])
})

test('slow is a warning until it is fast again, and one that fails is critical too: both topics hear of the end', async () => {
  const lab = await openLabOfOne()
  const told = await play(lab, 0, [slow, between, between, good, between, refuses, good, good])
  expect(told).toEqual([
    ['firing>warning'],
    [],
    [],
    [],
    [],
    ['firing>critical'],
    [],
    ['resolved>critical', 'resolved>warning'],
  ])
  expect(await lab.alerts()).toMatchObject([
    { severity: 'critical', announcedTo: ['warning', 'critical'], version: 3 },
  ])
})

test('a slow check is well again after two answers below the lower threshold, not merely below the upper', async () => {
  const lab = await openLabOfOne()
  const told = await play(lab, 0, [slow, between, good, between, good, good])
  expect(told.flat()).toEqual(['firing>warning', 'resolved>warning'])
  expect(told.at(-1)).toEqual(['resolved>warning'])
})

test('what comes back within 15 minutes is the same alert, later it is a new one', async () => {
  const lab = await openLabOfOne()
  await play(lab, 0, [refuses, good, good])
  await play(lab, 16, [refuses, good, good])
  expect(await lab.alerts()).toMatchObject([{ reopened: 1, status: 'resolved', version: 4 }])
  await play(lab, 35, [refuses])
  const alerts = await lab.alerts()
  expect(alerts).toMatchObject([
    { reopened: 1, status: 'resolved' },
    { reopened: 0, status: 'firing', version: 1 },
  ])
  expect(new Set(alerts.map(({ fingerprint }) => fingerprint)).size).toBe(1)
})

test('a restless target gives one notice, then silence, then its final state: well', async () => {
  const lab = await openLabOfOne()
  const told = (await play(lab, 0, [...repeat(6, refuses, good, good), ...repeat(20, good)])).flat()
  const notice = told.indexOf('flapping>critical')
  expect(told.slice(0, notice).filter((text) => text.startsWith('firing'))).toHaveLength(3)
  expect(told.slice(notice)).toEqual(['flapping>critical', 'resolved>critical'])
  expect((await lab.alerts()).map(({ status, flapping }) => [status, flapping])).toEqual([
    ['resolved', false],
  ])
})

test('a restless target gives one notice, then silence, then its final state: broken', async () => {
  const lab = await openLabOfOne()
  const told = (await play(lab, 0, [...repeat(6, refuses, good, good), ...repeat(20, refuses)])).flat()
  expect(told.slice(told.indexOf('flapping>critical'))).toEqual(['flapping>critical', 'firing>critical'])
  expect(await lab.alerts()).toMatchObject([{ status: 'firing', flapping: false, kind: 'check_unhealthy' }])
})

test('each message carries its alert, and the audit log each of its changes', async () => {
  const lab = await openLabOfOne()
  await play(lab, 0, [refuses, good, good])
  const [alert] = await lab.alerts()
  const messages = await lab.messages()
  expect(messages.map(({ body }) => [body['event'], body['dedup_key']])).toEqual([
    ['firing', alert?.id],
    ['resolved', alert?.id],
  ])
  const audit = await lab.items('AUDIT#')
  expect(audit.map(({ action, seq }) => [action, seq])).toEqual([
    ['alert.opened', 1],
    ['alert.resolved', 2],
  ])
})

test('an alert that was resolved by hand fires again while its check goes on failing, and says so once', async () => {
  const lab = await openLabOfOne()
  await play(lab, 0, [refuses])
  const [alert] = await lab.alerts()
  const stored = await lab.runner.alerts.get(alert?.id ?? '')
  const decision = stored && resolveAlert(stored, lab.clock.now(), 'ann')
  if (decision === undefined) throw new Error('There is no open alert.')
  const change = { actor: systemPrincipal('ann'), now: lab.clock.now() }
  await lab.runner.alerts.commit(lab.runner.alerts.writesOf(stored, decision, change))
  expect(await play(lab, 1, [refuses, refuses, good, good])).toEqual([
    ['firing>critical'],
    [],
    [],
    ['resolved>critical'],
  ])
  expect(await lab.alerts()).toMatchObject([{ id: alert?.id, reopened: 1, status: 'resolved' }])
})

test('a check that could not be run says why, and nothing else is made of it', async () => {
  const lab = await openLabOfOne()
  await play(lab, 0, [lacksCredentials, lacksCredentials])
  const [check] = await lab.items('CHECK#')
  expect(check).toMatchObject({ trouble: expect.stringMatching(/\w/), version: 1 })
  await play(lab, 2, [good])
  expect((await lab.items('CHECK#'))[0]).not.toHaveProperty('trouble')
  expect(await lab.items('RESULT#')).toHaveLength(1)
})
