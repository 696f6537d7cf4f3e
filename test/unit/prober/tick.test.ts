import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { setting, type CheckInput } from '../../../shared/health/check.ts'
import { definePlatform } from '../../../shared/platforms/define.ts'
import { batchesOf, dueChecks, readyChecks } from '../../../shared/prober/tick.ts'

const tcp = (id: string, overrides: Partial<Extract<CheckInput, { kind: 'tcp' }>> = {}): CheckInput => ({
  id,
  name: id,
  component: 'api',
  severity: 'error',
  runbook: 'docs/runbook.md#api',
  kind: 'tcp',
  target: { host: setting('API_HOST'), port: 443 },
  ...overrides,
})

const platform = definePlatform({
  id: 'lab',
  name: 'Lab',
  version: '1',
  components: [{ id: 'api', name: 'API', description: 'The API' }],
  checks: [
    tcp('public'),
    tcp('private', { vantage: 'vpc' }),
    tcp('elsewhere', { target: { host: setting('OTHER_HOST'), port: 1 } }),
  ],
})

test('a vantage runs its own checks, and only those whose settings are all there', () => {
  const settings = { API_HOST: 'api.example' }
  const idsAt = (vantage: 'public' | 'vpc') =>
    readyChecks(platform, vantage, settings).map(({ check }) => check.id)
  expect(idsAt('public')).toEqual(['public'])
  expect(idsAt('vpc')).toEqual(['private'])
  expect(readyChecks(platform, 'public', settings)[0]?.target).toMatchObject({
    host: 'api.example',
    port: 443,
  })
  expect(readyChecks(platform, 'public', {})).toEqual([])
})

const manyChecks = fc
  .uniqueArray(
    fc.record({ id: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), minutes: fc.integer({ min: 1, max: 15 }) }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 20 },
  )
  .map((entries) =>
    readyChecks(
      definePlatform({
        ...platform,
        checks: entries.map(({ id, minutes }) => tcp(id, { intervalSeconds: minutes * 60 })),
      }),
      'public',
      { API_HOST: 'api.example' },
    ),
  )

test('a tick always picks the same checks for the same moment, each for the slot that begins with it', () => {
  fc.assert(
    fc.property(
      manyChecks,
      fc.integer({ min: 1e12, max: 2e12 }),
      fc.constantFrom(10, 60),
      (checks, at, seconds) => {
        const due = dueChecks(checks, at, seconds)
        const tickStart = Math.floor(at / (seconds * 1_000)) * seconds * 1_000
        expect(due).toEqual(dueChecks(checks, tickStart, seconds))
        expect(due.every(({ slot }) => slot === tickStart)).toBe(true)
        const always = checks.filter(({ check }) => check.intervalSeconds === 60).length
        expect(due.length).toBeGreaterThanOrEqual(always)
      },
    ),
  )
})

test('batches hold every entry once, in order, and none is too large or empty', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (entries, size) => {
      const batches = batchesOf(entries, size)
      expect(batches.flat()).toEqual(entries)
      expect(batches.every((batch) => batch.length > 0 && batch.length <= size)).toBe(true)
      expect(batches).toHaveLength(Math.ceil(entries.length / size))
    }),
  )
})
