import { expect, test } from 'vitest'
import { ageFinding, depthFindings } from '../../../shared/health/probes/sqs/findings.ts'

const LIMITS = { maxDepth: 10, maxDeadLetters: 0 }

test('a queue within its limits has no findings', () => {
  expect(depthFindings({ waiting: 10, inFlight: 5_000 }, LIMITS)).toEqual([])
  expect(depthFindings({ waiting: 0, inFlight: 0, deadLetters: 0 }, LIMITS)).toEqual([])
})

test('too many waiting messages are told with the limit', () => {
  expect(depthFindings({ waiting: 12, inFlight: 0 }, LIMITS)).toEqual([
    '12 messages wait, at most 10 are allowed',
  ])
  expect(depthFindings({ waiting: 1, inFlight: 0 }, { ...LIMITS, maxDepth: 0 })).toEqual([
    '1 message waits, at most 0 are allowed',
  ])
})

test('dead letters are told with the limit', () => {
  expect(depthFindings({ waiting: 0, inFlight: 0, deadLetters: 3 }, LIMITS)).toEqual([
    '3 messages in the dead-letter queue, at most 0 are allowed',
  ])
  expect(depthFindings({ waiting: 0, inFlight: 0, deadLetters: 1 }, LIMITS)).toEqual([
    '1 message in the dead-letter queue, at most 0 are allowed',
  ])
})

test('waiting messages and dead letters are told at once', () => {
  expect(depthFindings({ waiting: 11, inFlight: 0, deadLetters: 1 }, LIMITS)).toHaveLength(2)
})

test('a message that waits too long is told with the limit', () => {
  expect(ageFinding(900, 300)).toBe('The oldest message waits for 15 min, at most 5 min is allowed')
})

test('an age at its limit, or none at all, is fine', () => {
  expect(ageFinding(300, 300)).toBeUndefined()
  expect(ageFinding(undefined, 300)).toBeUndefined()
})
