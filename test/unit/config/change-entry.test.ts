import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  configView,
  createEntry,
  decide,
  liveEntry,
  proposalFaults,
  reasonFaults,
  resetProposal,
  rollbackProposal,
  valueOf,
  withValue,
  type KnownEntry,
  type LiveEntry,
} from '../../../shared/config/change-entry.ts'
import { configSetOf, publicValues, toLive } from '../../../shared/config/config-set.ts'
import { Entry } from '../../../shared/config/entry.ts'
import { shownValue, versionView } from '../../../shared/config/history.ts'
import { nextAuditEvent } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'

const AT = Date.parse('2026-02-15T12:00:00.000Z')
const ada = { name: 'ada', at: AT }

const entryOf = (more: object = {}) =>
  Entry.parse({ key: 'size', description: 'A size', schema: { type: 'integer' }, default: 5, ...more })

const nothing: KnownEntry = {
  key: 'size',
  defined: undefined,
  created: undefined,
  value: undefined,
  version: 0,
}
const defined: KnownEntry = { ...nothing, defined: entryOf() }
const created: KnownEntry = { ...nothing, created: entryOf(), version: 1 }

function liveOf(known: KnownEntry): LiveEntry {
  const live = liveEntry(known)
  if (live === undefined) throw new Error('It should hold.')
  return live
}

describe('a definition', () => {
  it('is refused when its default does not fit', () => {
    expect(() => entryOf({ default: 'x' })).toThrow('must be a number')
    expect(() => entryOf({ default: undefined })).toThrow('is missing')
  })
})

describe('the entry that holds', () => {
  it('is the defined one before the created one, and none where there is neither', () => {
    expect(liveEntry(undefined)).toBeUndefined()
    expect(liveEntry(nothing)).toBeUndefined()
    expect(liveOf(created).entry).toEqual(entryOf())
    const both = { ...created, defined: entryOf({ default: 9 }) }
    expect(valueOf(liveOf(both))).toBe(9)
  })

  it('has the value that was set before its default, however little that says', () => {
    expect(valueOf(liveOf(defined))).toBe(5)
    expect(valueOf(liveOf({ ...defined, value: 0 }))).toBe(0)
    const flag = entryOf({ schema: { type: 'boolean' }, default: true })
    expect(valueOf(liveOf({ ...nothing, defined: flag, value: false }))).toBe(false)
  })
})

describe('a value that its definition does not let in any more', () => {
  const narrow = entryOf({ schema: { type: 'integer', maximum: 10 } })
  const list = entryOf({ schema: { type: 'array', items: { type: 'integer' } }, default: [] })
  const view = { value: 5, is_default: true }

  it.each<[string, KnownEntry, object]>([
    [
      'beyond a maximum',
      { ...nothing, defined: narrow, value: 99 },
      { ...view, ignored_value: { value: 99, reason: 'must be at most 10' } },
    ],
    [
      'a text that was created, where a number is defined by now',
      {
        ...nothing,
        defined: entryOf(),
        created: entryOf({ schema: { type: 'string' }, default: 'x' }),
        value: 'y',
      },
      { ...view, ignored_value: { value: 'y', reason: 'must be a number' } },
    ],
    [
      'wrong within a list',
      { ...nothing, defined: list, value: [1, 'x'] },
      { value: [], is_default: true, ignored_value: { value: [1, 'x'], reason: '1 must be a number' } },
    ],
  ])('does not hold: the default does, and the view says why (%s)', (_what, known, shown) => {
    expect(configView(liveOf(known))).toMatchObject(shown)
    expect(valueOf(liveOf(known))).toEqual(liveOf(known).entry.default)
  })

  it('is ignored by every container that knows the definition, and by no other', () => {
    const stored = toLive({ ...nothing, defined: narrow, value: 99, version: 1 })
    const valueUnder = (entry: Entry) => publicValues(configSetOf([{ ...entry, public: true }], stored))
    expect(valueUnder(narrow)).toEqual({ size: 5 })
    expect(valueUnder(entryOf())).toEqual({ size: 99 })
  })

  it('gives way to one that fits', () => {
    const live = liveOf({ ...nothing, defined: narrow, value: 99 })
    const { next } = decide(live, { action: 'config.set', value: 7 }, ada)
    expect(configView(liveOf(next))).toMatchObject({ value: 7, is_default: false })
    expect(configView(liveOf(next))).not.toHaveProperty('ignored_value')
    expect(valueOf(withValue(live, 7))).toBe(7)
    expect(valueOf(withValue(live, 70))).toBe(5)
    expect(valueOf(withValue(live, undefined))).toBe(5)
  })
})

describe('a decision', () => {
  it('makes the next version, signed', () => {
    expect(decide(defined, { action: 'config.set', value: 7 }, ada)).toEqual({
      previous: defined,
      next: { ...defined, value: 7, version: 1, updatedAt: AT, updatedBy: 'ada' },
      action: 'config.set',
    })
  })

  it('takes a defined key back to its default, and a created one away', () => {
    expect(resetProposal(defined)).toEqual({ action: 'config.reset' })
    expect(resetProposal(created)).toEqual({ action: 'config.deleted' })
    const reset = decide({ ...defined, value: 7 }, resetProposal(defined), ada)
    expect(valueOf(liveOf(reset.next))).toBe(5)
    expect(liveEntry(decide(created, resetProposal(created), ada).next)).toBeUndefined()
  })

  it('creates a key where there is none, whose version goes on', () => {
    expect(createEntry(defined, entryOf(), ada)).toBe('taken')
    expect(createEntry(created, entryOf(), ada)).toBe('taken')
    expect(createEntry({ ...nothing, version: 4 }, entryOf(), ada)).toMatchObject({
      next: { created: entryOf(), version: 5 },
      action: 'config.created',
    })
  })

  it('rolls back to the default only where that is what held', () => {
    const live = liveOf(defined)
    expect(rollbackProposal(live, { value: 5, is_default: true })).toEqual({ action: 'config.rolled-back' })
    // The definition has another default by now: what held was the number.
    expect(rollbackProposal(live, { value: 4, is_default: true })).toMatchObject({ value: 4 })
    expect(rollbackProposal(live, { value: 5, is_default: false })).toMatchObject({ value: 5 })
  })

  it('is checked against the schema and against the demand for a reason', () => {
    const live = liveOf(defined)
    expect(proposalFaults(live, {}, 'body.value')).toEqual([])
    expect(proposalFaults(live, { value: 'x' }, 'body.value')).toEqual([
      { path: 'body.value', reason: 'must be a number' },
    ])
    const strict = liveOf({ ...nothing, defined: entryOf({ reason: 'required' }) })
    expect(reasonFaults(live, undefined, 'body.reason')).toEqual([])
    expect(reasonFaults(strict, 'Because', 'body.reason')).toEqual([])
    expect(reasonFaults(strict, undefined, 'body.reason')).toEqual([
      { path: 'body.reason', reason: 'is missing: a change of size must say why' },
    ])
  })

  it('made at random any number of times counts each change, and the last value holds', () => {
    const step = fc.oneof(
      fc.integer().map((value) => ({ action: 'config.set' as const, value })),
      fc.constant(resetProposal(defined)),
    )
    const counted = fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const end = steps.reduce((known, proposal) => decide(known, proposal, ada).next, defined)
      const last = steps.at(-1)
      expect(end.version).toBe(steps.length)
      expect(valueOf(liveOf(end))).toBe(last !== undefined && 'value' in last ? last.value : 5)
    })
    expect(() => fc.assert(counted)).not.toThrow()
  })
})

describe('an entry as the API shows it', () => {
  it('has every field in the spelling of the API', () => {
    const entry = entryOf({ unit: 'MB', public: true, reason: 'required', approval: 'second' })
    const known = { ...nothing, defined: entry, value: 7, version: 3, updatedAt: AT, updatedBy: 'ada' }
    expect(configView(liveOf(known))).toEqual({
      key: 'size',
      value: 7,
      default: 5,
      is_default: false,
      type: 'integer',
      schema: { type: 'integer' },
      description: 'A size',
      unit: 'MB',
      public: true,
      reason: 'required',
      approval: 'second',
      origin: 'defined',
      version: 3,
      updated_at: '2026-02-15T12:00:00.000Z',
      updated_by: 'ada',
    })
  })

  it('says nothing that it does not know', () => {
    const view = configView(liveOf(created))
    expect(view).toMatchObject({ origin: 'created', is_default: true })
    for (const field of ['unit', 'updated_at', 'updated_by']) expect(view).not.toHaveProperty(field)
  })
})

describe('what every container keeps at hand', () => {
  it('is what differs from the definition, and nothing else', () => {
    expect(toLive(defined)).toEqual([])
    expect(toLive({ ...defined, value: 7 })).toEqual([{ key: 'size', version: 0, value: 7 }])
    expect(toLive(created)).toEqual([{ key: 'size', version: 1, created: entryOf() }])
  })

  it('is put together with the definitions, by key', () => {
    const other = entryOf({ key: 'depth', public: true })
    const extra = entryOf({ key: 'breadth', public: true })
    const set = configSetOf(
      [entryOf(), other],
      [
        { key: 'size', version: 2, value: 7 },
        { key: 'breadth', version: 1, created: extra, value: 6 },
        // It was defined once, and is no more.
        { key: 'gone', version: 3, value: 1 },
      ],
    )
    expect([...set.keys()]).toEqual(['breadth', 'depth', 'size'])
    expect([...set.values()].map(valueOf)).toEqual([6, 5, 7])
    expect(publicValues(set)).toEqual({ breadth: 6, depth: 5 })
  })
})

const eventOf = (more: object) =>
  nextAuditEvent(
    { seq: 2, hash: 'x' },
    { entity: 'config:size', now: AT, actor: systemPrincipal('ada'), action: 'config.set', ...more },
  )

describe('a version as the API shows it', () => {
  it('says what held before and since, by whom, why, who approved it and what watches it', () => {
    const watch = { check: 'database', ends_at: '2026-02-15T12:30:00.000Z' }
    const after = { value: 2, is_default: false }
    const notes = { approval: { approved_by: 'tom' }, watch }
    const event = eventOf({ before: { value: 1, is_default: true }, after, reason: 'Because', notes })
    expect(versionView(event)).toEqual({
      version: 3,
      action: 'config.set',
      value: 2,
      is_default: false,
      previous: 1,
      at: '2026-02-15T12:00:00.000Z',
      by: 'ada',
      approved_by: 'tom',
      reason: 'Because',
      watch,
    })
  })

  it('says nothing of a value where there was no entry', () => {
    expect(versionView(eventOf({}))).toEqual({
      version: 3,
      action: 'config.set',
      at: '2026-02-15T12:00:00.000Z',
      by: 'ada',
    })
    expect([undefined, null, 'text', {}].map(shownValue)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
