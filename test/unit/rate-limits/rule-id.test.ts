import { expect, it } from 'vitest'
import { found, namesFor } from '../../../shared/rate-limits/rule-id.ts'

const known = new Map([
  ['uploads', 1],
  ['odd_rule_id', 2],
  ['odd', 3],
])

it('a rule is found by its name, and by its name with the ending of runbooks', () => {
  expect(found(known, 'uploads')).toBe(1)
  expect(found(known, 'uploads_rule_id')).toBe(1)
})

it('an exact name wins', () => {
  expect(found(known, 'odd_rule_id')).toBe(2)
  expect(found(known, 'odd')).toBe(3)
  expect(namesFor('odd_rule_id')).toEqual(['odd_rule_id', 'odd'])
  expect(namesFor('odd')).toEqual(['odd'])
})

it('what nobody is called finds nothing', () => {
  for (const id of ['', 'none', 'none_rule_id', 'uploads_rule_id_rule_id', 'UPLOADS']) {
    expect(found(known, id)).toBeUndefined()
  }
})
