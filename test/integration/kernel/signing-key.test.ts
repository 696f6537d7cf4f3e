import { expect, it } from 'vitest'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { openKeyring } from '../../../shared/kernel/keyring.ts'
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

it('a keyring reads the signing key once, and tries again when it could not', async () => {
  const { reopened, faults } = started()
  const keyring = openKeyring(reopened(), systemEffects)
  await faults.set({ down: true })
  expect((await rejectionOf(keyring.signingKey)).code).toBe('unavailable')
  await faults.clear()
  const key = await keyring.signingKey()
  const before = faults.counters.requests
  expect(await Promise.all([keyring.signingKey(), keyring.signingKey()])).toEqual([key, key])
  const cursors = await keyring.cursors()
  expect(makeCursors(key).open(cursors.seal({ pk: 'A' }, 'list'), 'list')).toEqual({ pk: 'A' })
  expect(faults.counters.requests).toBe(before)
})
