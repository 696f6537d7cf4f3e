import { expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { signingKey } from '../../../shared/kernel/signing-key.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)

it('all who need the signing key first at the same time get the same one, and so does everybody later', async () => {
  const { table, itemCount } = started()
  const keys = await Promise.all(Array.from({ length: 20 }, () => signingKey(table, systemEffects)))
  const [first] = keys
  expect(first).toHaveLength(32)
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
  expect(await signingKey(table, systemEffects)).toEqual(first)
  expect(await itemCount()).toBe(1)
})
