import { expect, it } from 'vitest'
import { recordPing, signalsOf } from '../../../shared/heartbeats/store.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
const { id } = systemEffects

it('the first look at a job starts its clock, and a later one does not start it anew', async () => {
  const { table } = started()
  expect(await signalsOf(table, 'silent', 1_000, id())).toEqual({ watchedSince: 1_000 })
  expect(await signalsOf(table, 'silent', 2_000, id())).toEqual({ watchedSince: 1_000 })
})

it('each signal of a job is remembered, and the others are kept', async () => {
  const { table } = started()
  await recordPing(table, 'job', { signal: 'start', at: 1_000 }, id())
  await recordPing(table, 'job', { signal: 'failure', exitCode: 3, at: 2_000 }, id())
  await recordPing(table, 'job', { signal: 'log', at: 3_000 }, id())
  await recordPing(table, 'job', { signal: 'success', at: 4_000 }, id())
  await recordPing(table, 'job', { signal: 'failure', at: 5_000 }, id())
  expect(await signalsOf(table, 'job', 6_000, id())).toEqual({
    watchedSince: 6_000,
    lastStartAt: 1_000,
    lastFailureAt: 5_000,
    lastExitCode: 3,
    lastSuccessAt: 4_000,
    lastSeenAt: 5_000,
  })
})

it('a job that reports before anybody looks has its report kept', async () => {
  const { table } = started()
  await recordPing(table, 'early', { signal: 'success', at: 1_000 }, id())
  expect(await signalsOf(table, 'early', 2_000, id())).toMatchObject({
    watchedSince: 2_000,
    lastSuccessAt: 1_000,
  })
  expect(await signalsOf(table, 'early', 3_000, id())).toMatchObject({
    watchedSince: 2_000,
    lastSuccessAt: 1_000,
  })
})
