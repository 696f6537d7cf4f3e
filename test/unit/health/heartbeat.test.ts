import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeHeartbeat, parsePing } from '../../../shared/health/heartbeat.ts'

const HOUR = 3_600
const NOW = Date.UTC(2026, 10, 20, 12)
const DAILY = { periodSeconds: 24 * HOUR, graceSeconds: HOUR }
const ago = (seconds: number) => NOW - seconds * 1_000
const watchedSince = ago(1_000 * HOUR)

describe('a job that has succeeded', () => {
  test('is fine until the period and the grace are over', () => {
    const signals = { watchedSince, lastSuccessAt: ago(25 * HOUR) }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toEqual({ ok: true, message: 'The job succeeded 25 h ago' })
  })

  test('is late a moment after that', () => {
    const signals = { watchedSince, lastSuccessAt: ago(26 * HOUR) }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toEqual({
      ok: false,
      reason: 'late',
      message: 'No signal for 26 h, expected every 24 h',
    })
    expect(judgeHeartbeat({ watchedSince, lastSuccessAt: ago(25 * HOUR) - 1 }, DAILY, NOW).ok).toBe(false)
  })

  test('is fine after an older failure and an older start', () => {
    const signals = { watchedSince, lastSuccessAt: ago(60), lastFailureAt: ago(61), lastStartAt: ago(7_200) }
    expect(judgeHeartbeat(signals, DAILY, NOW).ok).toBe(true)
  })

  test('is fine when it succeeded and failed in the same millisecond', () => {
    expect(
      judgeHeartbeat({ watchedSince, lastSuccessAt: ago(60), lastFailureAt: ago(60) }, DAILY, NOW).ok,
    ).toBe(true)
  })

  test('is fine when its clock runs ahead of ours', () => {
    expect(judgeHeartbeat({ watchedSince, lastSuccessAt: NOW + 5_000 }, DAILY, NOW)).toEqual({
      ok: true,
      message: 'The job succeeded 0 s ago',
    })
  })
})

describe('a job that never reported', () => {
  test('is waited for during one period and the grace', () => {
    expect(judgeHeartbeat({ watchedSince: ago(25 * HOUR) }, DAILY, NOW)).toEqual({
      ok: true,
      message: 'Waiting for the first signal',
    })
  })

  test('is late after that', () => {
    expect(judgeHeartbeat({ watchedSince: ago(26 * HOUR) }, DAILY, NOW)).toEqual({
      ok: false,
      reason: 'late',
      message: 'No signal for 26 h, expected every 24 h',
    })
  })
})

describe('a job that reported a failure', () => {
  test('has failed, and the exit code is told', () => {
    const signals = { watchedSince, lastSuccessAt: ago(60), lastFailureAt: ago(30), lastExitCode: 3 }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toEqual({
      ok: false,
      reason: 'unexpected',
      message: 'The job reported a failure (exit code 3)',
    })
  })

  test.each([undefined, 0])('has failed without a code when that is %j', (code) => {
    const signals = {
      watchedSince,
      lastFailureAt: ago(30),
      ...(code === undefined ? {} : { lastExitCode: code }),
    }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toMatchObject({ message: 'The job reported a failure' })
  })

  test('stays failed while it runs again', () => {
    const signals = { watchedSince, lastSuccessAt: ago(900), lastFailureAt: ago(600), lastStartAt: ago(30) }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toMatchObject({ ok: false, reason: 'unexpected' })
  })
})

describe('a job that started', () => {
  test('may run for the grace period', () => {
    const signals = { watchedSince, lastSuccessAt: ago(23 * HOUR), lastStartAt: ago(HOUR) }
    expect(judgeHeartbeat(signals, DAILY, NOW).ok).toBe(true)
  })

  test('is late when it runs longer, though its next report is not due yet', () => {
    const signals = { watchedSince, lastSuccessAt: ago(23 * HOUR), lastStartAt: ago(3 * HOUR) }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toEqual({
      ok: false,
      reason: 'late',
      message: 'The job started 3 h ago and has not succeeded',
    })
  })

  test('is late when its first run never ends', () => {
    expect(judgeHeartbeat({ watchedSince, lastStartAt: ago(3 * HOUR) }, DAILY, NOW)).toMatchObject({
      reason: 'late',
    })
  })

  test('is late when its report is overdue, though this run may still take a while', () => {
    const signals = { watchedSince, lastSuccessAt: ago(26 * HOUR), lastStartAt: ago(60) }
    expect(judgeHeartbeat(signals, DAILY, NOW)).toMatchObject({
      message: 'No signal for 26 h, expected every 24 h',
    })
  })
})

test('once late, silence never makes a job fine again', () => {
  const moment = fc.option(fc.integer({ min: 0, max: 400 * HOUR }).map(ago), { nil: undefined })
  fc.assert(
    fc.property(moment, moment, moment, fc.nat(1_000 * HOUR), (success, start, failure, laterSeconds) => {
      const signals = {
        watchedSince,
        ...(success !== undefined && { lastSuccessAt: success }),
        ...(start !== undefined && { lastStartAt: start }),
        ...(failure !== undefined && { lastFailureAt: failure }),
      }
      if (judgeHeartbeat(signals, DAILY, NOW).ok) return
      expect(judgeHeartbeat(signals, DAILY, NOW + laterSeconds * 1_000).ok).toBe(false)
    }),
  )
})

describe('parsePing', () => {
  test.each([
    [undefined, { signal: 'success' }],
    ['', { signal: 'success' }],
    ['start', { signal: 'start' }],
    ['fail', { signal: 'failure' }],
    ['log', { signal: 'log' }],
    ['0', { signal: 'success', exitCode: 0 }],
    ['1', { signal: 'failure', exitCode: 1 }],
    ['99', { signal: 'failure', exitCode: 99 }],
    ['255', { signal: 'failure', exitCode: 255 }],
  ])('reads %j', (suffix, ping) => {
    expect(parsePing(suffix)).toEqual(ping)
  })

  test.each([
    '256',
    '999',
    '1000',
    '-1',
    '+1',
    '1.5',
    '01',
    '00',
    '1e2',
    ' 1',
    'Start',
    'fail/',
    'constructor',
    '٣',
  ])('refuses %j', (suffix) => {
    expect(parsePing(suffix)).toBeUndefined()
  })
})
