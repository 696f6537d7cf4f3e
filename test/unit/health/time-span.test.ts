import { expect, test } from 'vitest'
import { timeSpanText } from '../../../shared/health/time-span.ts'

test.each([
  [-1, '0 s'],
  [0, '0 s'],
  [59.9, '59 s'],
  [119, '119 s'],
  [120, '2 min'],
  [5_400, '90 min'],
  [7_199, '119 min'],
  [7_200, '2 h'],
  [93_600, '26 h'],
  [172_799, '47 h'],
  [172_800, '2 d'],
  [8_640_000, '100 d'],
])('%d seconds read as %s', (seconds, text) => {
  expect(timeSpanText(seconds)).toBe(text)
})
