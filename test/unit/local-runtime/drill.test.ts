import { describe, expect, test } from 'vitest'
import type { Observation, SeenCheck, SeenMessage } from '../../../local/drill/observe.ts'
import { planOf } from '../../../local/drill/plan.ts'
import { changes } from '../../../local/drill/report.ts'
import { isSettled } from '../../../local/drill/settled.ts'

const database = (status: string): SeenCheck => ({
  id: 'database',
  kind: 'postgres',
  status,
  message: 'refused',
})
const bucket = (id: string, status: string): SeenCheck => ({ id, kind: 's3', status, message: '' })
const message = (event: string, check = 'database'): SeenMessage => ({
  id: `${event}-${check}`,
  severity: 'critical',
  event,
  check,
  summary: 'Primary database is unhealthy',
})
const seen = (checks: readonly SeenCheck[], messages: readonly SeenMessage[] = []): Observation => ({
  checks,
  problem: undefined,
  messages,
})
const SILENT: Observation = { checks: undefined, problem: 'answers 503', messages: [] }

describe('a drill', () => {
  test.each([
    [['database', 'down'], { down: true }],
    [['s3', 'slow', '1500'], { latencyMs: 1500 }],
    [['cognito', 'flaky', '30'], { failPercent: 30 }],
    [['dynamodb', 'restore'], undefined],
  ])('of %j sets these faults', (words, faults) => {
    expect(planOf(words)).toEqual({ target: words[0], faults, words: words.join(' ') })
  })

  test.each([
    [[], 'Usage'],
    [['database'], 'Usage'],
    [['moon', 'down'], 'There is no target "moon"'],
    [['database', 'explode'], 'There is no drill "explode"'],
    [['database', 'slow'], 'by how many milliseconds'],
    [['database', 'slow', '-1'], 'by how many milliseconds'],
    [['database', 'flaky', '101'], 'how many percent'],
  ])('of %j says what is wrong', (words, sentence) => {
    expect(() => planOf(words)).toThrow(sentence)
  })
})

describe('an outage is noticed', () => {
  const before = seen([database('healthy')])

  test('when the check has changed and the message arrived', () => {
    const now = seen([database('unhealthy')], [message('firing')])
    expect(isSettled('database', true, before, now)).toBe(true)
  })

  test.each([
    ['nothing has changed', before],
    ['the message has not arrived', seen([database('unhealthy')])],
    ['the message is about another check', seen([database('unhealthy')], [message('firing', 'cognito')])],
    ['the check has no data', seen([database('unknown')], [message('firing')])],
  ])('but not when %s', (_, now) => {
    expect(isSettled('database', true, before, now)).toBe(false)
  })

  test('when every check of the target has changed', () => {
    const both = seen([bucket('a', 'healthy'), bucket('b', 'healthy')])
    const one = seen([bucket('a', 'unhealthy'), bucket('b', 'healthy')], [message('firing', 'a')])
    expect(isSettled('s3', true, both, one)).toBe(false)
    const all = [message('firing', 'a'), message('firing', 'b')]
    const two = seen([bucket('a', 'unhealthy'), bucket('b', 'degraded')], all)
    expect(isSettled('s3', true, both, two)).toBe(true)
  })

  test('at once when the check was bad already', () => {
    const bad = seen([database('unhealthy')])
    expect(isSettled('database', true, bad, bad)).toBe(true)
  })

  test('by silence when it is Midwatch’s own table', () => {
    expect(isSettled('dynamodb', true, before, before)).toBe(false)
    expect(isSettled('dynamodb', true, before, SILENT)).toBe(true)
    expect(isSettled('dynamodb', false, SILENT, before)).toBe(true)
  })
})

describe('a recovery is noticed', () => {
  const before = seen([database('unhealthy')])

  test('when the check is healthy and the message arrived', () => {
    expect(isSettled('database', false, before, seen([database('healthy')]))).toBe(false)
    const now = seen([database('healthy')], [message('resolved')])
    expect(isSettled('database', false, before, now)).toBe(true)
  })

  test('at once when nothing was wrong', () => {
    const fine = seen([database('healthy')])
    expect(isSettled('database', false, fine, fine)).toBe(true)
  })
})

describe('the live view', () => {
  test('shows what is new, and only that', () => {
    const last = seen([database('healthy')], [message('firing')])
    const now = seen([database('unhealthy')], [message('firing'), message('resolved')])
    expect(changes(last, now)).toEqual([
      'check database: healthy → unhealthy (refused)',
      'topic critical: resolved, "Primary database is unhealthy"',
    ])
    expect(changes(now, now)).toEqual([])
  })

  test('shows when the API falls silent and when it answers again', () => {
    const fine = seen([database('healthy')])
    expect(changes(fine, SILENT)).toEqual(['API: answers 503'])
    expect(changes(SILENT, fine)).toEqual(['API: answers again'])
  })
})
