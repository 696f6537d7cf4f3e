import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SEVERITIES, type Severity } from '../../../shared/health/check.ts'
import { overallStatus, type Status, STATUSES } from '../../../shared/health/status.ts'

const entry = (status: Status, severity: Severity = 'critical') => ({ status, severity })
const entries = fc.array(
  fc.record({ status: fc.constantFrom(...STATUSES), severity: fc.constantFrom(...SEVERITIES) }),
)

test.each(['critical', 'error'] as const)(
  'an unhealthy check of severity %s takes the platform down',
  (severity) => {
    expect(
      overallStatus([entry('healthy'), entry('unknown'), entry('degraded'), entry('unhealthy', severity)]),
    ).toBe('unhealthy')
  },
)

test.each(['warning', 'info'] as const)(
  'an unhealthy check of severity %s only degrades the platform',
  (severity) => {
    expect(overallStatus([entry('healthy'), entry('unknown'), entry('unhealthy', severity)])).toBe('degraded')
  },
)

test('one degraded check degrades the platform, whatever its severity', () => {
  for (const severity of SEVERITIES) {
    expect(overallStatus([entry('healthy'), entry('degraded', severity)])).toBe('degraded')
  }
})

test('the platform is unknown when a check is unknown and nothing is worse', () => {
  expect(overallStatus([entry('healthy'), entry('unknown', 'info')])).toBe('unknown')
})

test('a platform without checks is unknown, not healthy', () => {
  expect(overallStatus([])).toBe('unknown')
})

test('the platform is healthy exactly when it has checks and all of them are healthy', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const allHealthy = all.length > 0 && all.every((one) => one.status === 'healthy')
      expect(overallStatus(all) === 'healthy').toBe(allHealthy)
    }),
  )
})

test('the order of the checks does not matter', () => {
  fc.assert(
    fc.property(entries, (all) => {
      expect(overallStatus(all.toReversed())).toBe(overallStatus(all))
    }),
  )
})
