import { expect, test } from 'vitest'
import { evaluate, type FlagSet } from '../../../shared/feature-flags/evaluate.ts'
import { flagSetOf, type LiveEntry } from '../../../shared/feature-flags/flag-set.ts'
import { atNoon, flagWith } from '../../support/flags.ts'

const DEFINED = [flagWith('b', { status: 'enabled' }), flagWith('a', { status: 'enabled' })]
const reasonOf = (flags: FlagSet, key: string) => evaluate(flags, key, {}, atNoon).reason

const stored = (entry: Partial<LiveEntry> & { key: string }): LiveEntry => ({ isSwitched: false, ...entry })

test('flags are in the order of their keys', () => {
  const entries = [stored({ key: 'aa', flag: flagWith('aa') })]
  expect([...flagSetOf(DEFINED, entries, {}).keys()]).toEqual(['a', 'aa', 'b'])
})

test('what is stored wins over what is defined', () => {
  const flags = flagSetOf(DEFINED, [stored({ key: 'a', flag: flagWith('a', { status: 'targeted' }) })], {})
  expect([reasonOf(flags, 'a'), reasonOf(flags, 'b')]).toEqual(['DEFAULT', 'STATIC'])
})

test('a stored switch turns a defined flag off', () => {
  expect(reasonOf(flagSetOf(DEFINED, [stored({ key: 'a', isSwitched: true })], {}), 'a')).toBe('DISABLED')
})

test('an archived flag is there no more, though it is defined', () => {
  expect(flagSetOf(DEFINED, [stored({ key: 'a', isArchived: true })], {}).has('a')).toBe(false)
})

test('a switch on the pointer wins over the stored one, both ways', () => {
  const entries = [stored({ key: 'a', isSwitched: true }), stored({ key: 'b' })]
  const flags = flagSetOf(DEFINED, entries, { a: false, b: true })
  expect([reasonOf(flags, 'a'), reasonOf(flags, 'b')]).toEqual(['STATIC', 'DISABLED'])
})

test('a flag may be called as every object has something', () => {
  const flags = flagSetOf([flagWith('constructor', { status: 'enabled' })], [], {})
  expect(reasonOf(flags, 'constructor')).toBe('STATIC')
})
