import { expect, test } from 'vitest'
import { limitSetOf } from '../../../shared/rate-limits/limit-set.ts'
import { ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const api = ruleWith()
const uploads = ruleWith({ name: 'uploads' })
const stricter = ruleWith({ windows: [{ limit: 1, windowSeconds: 60 }] })

test('what is defined holds as long as nothing is stored', () => {
  const { rules } = limitSetOf([api, uploads], [], [])
  expect([...rules]).toEqual([
    ['api', api],
    ['uploads', uploads],
  ])
})

test('what is stored wins over what is defined, and adds to it', () => {
  const { rules } = limitSetOf([api], [{ rule: stricter }, { rule: uploads }], [])
  expect(rules.get('api')).toBe(stricter)
  expect(rules.get('uploads')).toBe(uploads)
})

test('a rule that was stored once goes by its definition again, or is gone without one', () => {
  const { rules } = limitSetOf([api], [{}], [])
  expect([...rules.keys()]).toEqual(['api'])
  expect(rules.get('api')).toBe(api)
})

test('blocks are found', () => {
  const block = {
    id: 'b1',
    scope: 'user',
    value: 'mallory',
    reason: 'scraping',
    createdAt: START_MS,
    createdBy: 'ada',
    version: 1,
  } as const
  const { findBlock } = limitSetOf([], [], [block])
  expect(findBlock({ user: 'mallory' }, undefined, START_MS)).toBe(block)
  expect(findBlock({ user: 'ada' }, undefined, START_MS)).toBeUndefined()
})
