import { expect, it } from 'vitest'
import { once } from '../../../shared/kernel/once.ts'

it('makes a thing once, however many ask for it at the same time', async () => {
  let made = 0
  const get = once(async () => (made += 1))
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1])
  expect(await get()).toBe(1)
})

it('tries again after a failure', async () => {
  let tries = 0
  const get = once(async () => {
    tries += 1
    if (tries === 1) throw new Error('not yet')
    return tries
  })
  await expect(get()).rejects.toThrow('not yet')
  expect(await get()).toBe(2)
})
