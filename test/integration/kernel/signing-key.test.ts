import { expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { signingKey } from '../../../shared/kernel/signing-key.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)

it('all containers that need the signing key first at the same time get the same one, and so do later ones', async () => {
  const { reopened, itemCount } = started()
  const containers = Array.from({ length: 20 }, () => reopened())
  const keys = await Promise.all(containers.map((table) => signingKey(table, systemEffects)))
  const [first] = keys
  expect(first).toHaveLength(32)
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
  expect(await signingKey(reopened(), systemEffects)).toEqual(first)
  expect(await itemCount()).toBe(1)
})

it('a container reads the signing key once, and tries again when it could not', async () => {
  const { reopened, faults } = started()
  const table = reopened()
  await faults.set({ down: true })
  expect((await rejectionOf(() => signingKey(table, systemEffects))).code).toBe('unavailable')
  await faults.clear()
  const key = await signingKey(table, systemEffects)
  const before = faults.counters.requests
  expect(await Promise.all([signingKey(table, systemEffects), signingKey(table, systemEffects)])).toEqual([
    key,
    key,
  ])
  expect(faults.counters.requests).toBe(before)
})
