import { describe, expect, it } from 'vitest'
import { createEntry, decide, type ConfigDecision } from '../../../shared/config/change-entry.ts'
import { configStore, type ConfigState, type FoundEntry } from '../../../shared/config/entry-store.ts'
import { Entry } from '../../../shared/config/entry.ts'
import { EMPTY_POINTER } from '../../../shared/kernel/live-set/live-set.ts'
import { manualEffects } from '../../support/effects.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { problemOf } from '../../support/problem.ts'

const actor = { kind: 'user', id: 'user-1', name: 'ada' } as const
const author = { name: 'ada', at: 0 }
const entryOf = (key: string) =>
  Entry.parse({ key, description: 'A size', schema: { type: 'integer' }, default: 5 })

const nothing = (key: string): FoundEntry => ({
  key,
  defined: undefined,
  created: undefined,
  value: undefined,
  version: 0,
  audit: undefined,
})
const created = (key: string): FoundEntry => ({ ...nothing(key), created: entryOf(key), version: 1 })
const removed = (key: string): FoundEntry => ({ ...nothing(key), version: 2 })
const many = (count: number, entry: (key: string) => FoundEntry) =>
  Array.from({ length: count }, (_, n) => entry(`key_${n}`))

const store = configStore(memoryTable().table, manualEffects(), [])
const stateOf = (known: readonly FoundEntry[]): ConfigState => ({
  pointer: EMPTY_POINTER,
  entries: new Map(known.map((entry) => [entry.key, entry])),
})
const writesOf = (known: readonly FoundEntry[], decision: ConfigDecision) =>
  store.writesOf(stateOf(known), [decision], { actor, now: 0 })

/** @throws when there is such a key */
function creating(previous: FoundEntry): ConfigDecision {
  const decision = createEntry(previous, entryOf(previous.key), author)
  if (decision === 'taken') throw new Error('There is such a key.')
  return decision
}

/** A defined key that nobody has set yet. */
const defined = { ...nothing('switch'), defined: entryOf('switch') }
const setting = decide(defined, { action: 'config.set', value: 1 }, author)

describe('a configuration with as many keys as there may be', () => {
  const full = many(500, created)

  it('takes one more, no more than that, and says what to do', () => {
    expect(writesOf(full.slice(1), creating(nothing('last')))).toHaveLength(4)
    const problem = problemOf(() => writesOf(full, creating(nothing('last'))))
    expect(problem).toMatchObject({
      code: 'config_full',
      detail: 'There may be 500 changed or created keys: remove one.',
    })
  })

  it('lets what is defined be set all the same', () => {
    expect(writesOf([...full, defined], setting)).toHaveLength(4)
  })
})

describe('a configuration from which as many keys were removed as are kept', () => {
  const full = many(1_000, removed)

  it('takes no new name, and says what to do', () => {
    expect(writesOf(full.slice(1), creating(nothing('last')))).toHaveLength(4)
    expect(problemOf(() => writesOf(full, creating(nothing('last'))))).toMatchObject({
      code: 'config_full',
      detail: 'With those that were removed there may be 1000 keys: use the name of a removed one.',
    })
  })

  it('takes the name of a removed key, and lets what is defined be set', () => {
    expect(writesOf(full, creating(removed('key_1')))).toHaveLength(4)
    expect(writesOf([...full, defined], setting)).toHaveLength(4)
    const more = [...full, { ...defined, version: 1 }]
    expect(writesOf(more, creating(removed('key_1')))).toHaveLength(4)
  })
})

/** A value that does not become much smaller by being packed. */
const noise = (n: number) => Array.from({ length: 900 }, (_, at) => Math.sin(n * 1_000 + at))

describe('values that are together larger than what containers keep at hand', () => {
  it('are refused', () => {
    const large = many(60, created).map((entry, n) => ({ ...entry, value: noise(n) }))
    expect(problemOf(() => writesOf([...large, defined], setting))).toMatchObject({
      code: 'config_full',
      detail: expect.stringContaining('larger than what containers keep'),
    })
  })
})
