import { describe, expect, it } from 'vitest'
import { LiveReader, REST_MS, TTL_MS } from '../../../../shared/kernel/live-set/live-reader.ts'
import {
  markWrite,
  readPointer,
  replaceWrites,
  type Marks,
} from '../../../../shared/kernel/live-set/live-set.ts'
import type { Table } from '../../../../shared/kernel/table/table.ts'
import { manualEffects } from '../../../support/effects.ts'
import { memoryTable } from '../../../support/memory-table.ts'
import { capturedOutput } from '../../../support/output.ts'

const output = capturedOutput()

type Question = Parameters<Table['get']>[0]

/** Turns of the event loop after which whatever can happen without the clock has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** What becomes of a question; it may or may not be answered. */
type OnGet = (answer: () => Promise<unknown>) => Promise<unknown>
const passedOn: OnGet = (answer) => answer()

/** A reader whose questions a test answers, and the table that they are about. */
function lab(options: { readonly patienceMs?: number } = {}) {
  const effects = manualEffects()
  const memory = memoryTable()
  const asked: Question[] = []
  let onGet: OnGet = passedOn
  const table: Table = {
    ...memory.table,
    get: <T>(key: Question) => {
      asked.push(key)
      return asAnswer<T>(onGet(() => memory.table.get(key)))
    },
  }
  const reader = new LiveReader<string, { entries: readonly string[]; marks: Marks }>({
    table,
    entity: 'flag-live',
    build: (entries, marks) => {
      if (entries.includes('poison')) throw new Error('This cannot be compiled.')
      return { entries, marks }
    },
    effects,
    ...options,
  })
  const save = async (...entries: readonly string[]) => {
    const pointer = await readPointer(memory.table, 'flag-live')
    await memory.table.commit(replaceWrites('flag-live', pointer, entries) ?? [], effects.id())
  }
  const mark = (marks: Marks) => memory.table.commit([markWrite('flag-live', marks)], effects.id())
  return {
    effects,
    memory,
    reader,
    asked,
    save,
    mark,
    intercept: (next: OnGet) => void (onGet = next),
    restore: () => void (onGet = passedOn),
  }
}

/** What a table answers is whatever its caller says that it holds. */
const asAnswer = <T>(answer: Promise<unknown>) => answer as Promise<T | undefined>

const never = () => new Promise<unknown>(() => undefined)
const refused = () => Promise.reject(new Error('The connection was refused.'))

describe('a container', () => {
  it('reads pointer and snapshot once, and then the pointer alone, once a second', async () => {
    const { reader, save, asked, effects } = lab()
    await save('a')
    expect(await reader.refresh()).toEqual({
      value: { entries: ['a'], marks: {} },
      version: 1,
      isStale: false,
    })
    expect(asked).toHaveLength(2)
    await reader.refresh()
    effects.advance(TTL_MS - 1)
    await reader.refresh()
    expect(asked).toHaveLength(2)
    effects.advance(1)
    await reader.refresh()
    expect(asked).toHaveLength(3)
  })

  it('reads what was replaced while it was reading', async () => {
    const { reader, save, intercept, restore } = lab()
    await save('a')
    let reads = 0
    intercept(async (answer) => {
      const read = await answer()
      if ((reads += 1) === 1) await save('b')
      if (reads > 2) restore()
      return read
    })
    expect(await reader.refresh()).toMatchObject({ value: { entries: ['b'] }, version: 2, isStale: false })
  })

  it('says that it does not know while the snapshot is always another one', async () => {
    const { reader, save, intercept } = lab()
    await save('a')
    let saves = 0
    intercept(async (answer) => {
      const read = await answer()
      await save(`b${(saves += 1)}`)
      return read
    })
    expect(await reader.refresh()).toMatchObject({ isStale: true })
  })
})

describe('a snapshot that cannot be read', () => {
  it.each(['of other bytes', 'that cannot be compiled'])('%s leaves switches in force', async (kind) => {
    const { reader, save, mark, memory, effects } = lab()
    await save('a')
    await mark({ before: true })
    await reader.refresh()
    await save(kind === 'of other bytes' ? 'b' : 'poison')
    if (kind === 'of other bytes') {
      const broken = [...memory.backup()].map(([name, item]) =>
        'bytes' in item
          ? ([name, { ...item, bytes: Buffer.from('junk') }] as const)
          : ([name, item] as const),
      )
      memory.replaceWith(new Map(broken))
    }
    await mark({ kill: true })
    effects.advance(TTL_MS)
    expect(await reader.refresh()).toMatchObject({
      value: { entries: ['a'], marks: { before: true, kill: true } },
      isStale: true,
    })
    await save('c')
    effects.advance(REST_MS)
    expect(await reader.refresh()).toEqual({
      value: { entries: ['c'], marks: {} },
      version: 5,
      isStale: false,
    })
    expect(output()).toHaveLength(1)
  })
})

describe('a table that does not answer', () => {
  it('is waited for as long as patience says, once a second', async () => {
    const { reader, save, effects, intercept, asked } = lab({ patienceMs: 300 })
    await save('a')
    await reader.refresh()
    intercept(never)
    effects.advance(TTL_MS)
    const refreshing = reader.refresh()
    for (let waited = 0; waited < 300; waited += 10) {
      effects.advance(10)
      await settled()
    }
    expect(await refreshing).toMatchObject({ value: { entries: ['a'] }, isStale: true })
    const before = asked.length
    expect(await reader.refresh()).toMatchObject({ isStale: true })
    effects.advance(REST_MS - 1)
    await reader.refresh()
    expect(asked).toHaveLength(before)
  })

  it('is known again with the first answer after the rest', async () => {
    const { reader, save, effects, intercept, restore } = lab()
    await save('a')
    intercept(refused)
    expect(await reader.refresh()).toMatchObject({ version: 0, isStale: true })
    restore()
    effects.advance(REST_MS)
    expect(await reader.refresh()).toMatchObject({ version: 1, isStale: false })
  })

  it('only on a connection that has died is asked again at once', async () => {
    const { reader, save, intercept, restore } = lab()
    await save('a')
    intercept(() => {
      restore()
      return refused()
    })
    expect(await reader.refresh()).toMatchObject({ version: 1, isStale: false })
  })

  it('is waited for longer by a container that knows nothing yet', async () => {
    const { reader, save, effects, intercept } = lab()
    await save('a')
    intercept(async (answer) => {
      await effects.wait(400)
      return answer()
    })
    const refreshing = reader.refresh()
    for (let waited = 0; waited < 1_900; waited += 100) {
      effects.advance(100)
      await settled()
    }
    expect(await refreshing).toMatchObject({ version: 1, isStale: false })
  })
})

/** Reads that are answered when the test says so, with what held when they were sent. */
function delayed({ intercept }: ReturnType<typeof lab>) {
  const answers: (() => Promise<void>)[] = []
  intercept(async (answer) => {
    const read = await answer()
    await new Promise<void>((resolve) =>
      answers.push(async () => {
        resolve()
        await settled()
      }),
    )
    return read
  })
  return answers
}

describe('overlapping reads', () => {
  it('never bring back what held before', async () => {
    const container = lab()
    const { reader, mark } = container
    const answers = delayed(container)
    const [first] = [reader.confirm()]
    await settled()
    await mark({ kill: true })
    const second = reader.confirm()
    await settled()
    await answers[1]?.()
    expect((await second).value.marks).toEqual({ kill: true })
    await answers[0]?.()
    // The late answer is no answer: the question is asked again.
    await answers[2]?.()
    expect((await first).value.marks).toEqual({ kill: true })
  })

  it('follow a table that was reset, and nothing brings the time before back', async () => {
    const container = lab()
    const { reader, mark, memory, effects, restore } = container
    for (let n = 0; n < 5; n += 1) await mark({ kill: n % 2 === 0 })
    expect(await reader.refresh()).toMatchObject({ version: 5 })
    const answers = delayed(container)
    const before = reader.confirm()
    await settled()
    memory.replaceWith(new Map())
    const after = reader.confirm()
    await settled()
    await answers[1]?.()
    expect(await after).toMatchObject({ version: 0, value: { marks: {} }, isStale: false })
    restore()
    await answers[0]?.()
    expect(await before).toMatchObject({ version: 0, value: { marks: {} } })
    await mark({ other: true })
    effects.advance(TTL_MS)
    expect(await reader.refresh()).toMatchObject({ version: 1, value: { marks: { other: true } } })
  })

  it('are told apart when a restored table has come to the same version by another way', async () => {
    const { reader, save, memory, effects } = lab()
    await save('a')
    const backup = memory.backup()
    await save('b')
    await reader.refresh()
    memory.replaceWith(backup)
    await save('c')
    effects.advance(TTL_MS)
    expect(await reader.refresh()).toMatchObject({ version: 2, value: { entries: ['c'] } })
  })

  it('that were asked for long ago prove nothing about now', async () => {
    const container = lab({ patienceMs: 200 })
    const { reader, effects, mark } = container
    const answers = delayed(container)
    const refreshing = reader.refresh()
    await settled()
    await mark({ kill: true })
    for (let waited = 0; waited < 5_000; waited += 100) {
      effects.advance(100)
      await settled()
    }
    expect(await refreshing).toMatchObject({ isStale: true })
    await answers[0]?.()
    expect(reader.known).toMatchObject({ isStale: true, value: { marks: {} } })
  })
})

describe('an invocation that takes long', () => {
  it('is told that what it knows has aged, without a look at a clock', async () => {
    const { reader, effects } = lab()
    expect(reader.isAged).toBe(true)
    await reader.refresh()
    expect(reader.isAged).toBe(false)
    effects.advance(TTL_MS + 1)
    await settled()
    expect(reader.isAged).toBe(true)
  })

  it('is told so once a second, however long answers take: an older question says nothing of a newer answer', async () => {
    const { reader, effects, intercept } = lab()
    intercept(async (answer) => {
      await effects.wait(5)
      return answer()
    })
    const refreshes: number[] = []
    for (let ms = 0; ms < 10_000; ms += 1) {
      if (reader.isAged) {
        refreshes.push(ms)
        void reader.refresh()
      }
      effects.advance(1)
      await settled()
    }
    expect(refreshes).toHaveLength(10)
  })

  it('is told so only when it is worth asking again after the table has not answered', async () => {
    const { reader, effects, intercept } = lab()
    await reader.refresh()
    intercept(never)
    effects.advance(TTL_MS + 1)
    await settled()
    const refreshing = reader.refresh()
    for (let ms = 0; ms < 500; ms += 1) {
      effects.advance(1)
      await settled()
    }
    await refreshing
    expect(reader.isAged).toBe(false)
    effects.advance(REST_MS - 1)
    await settled()
    expect(reader.isAged).toBe(false)
    effects.advance(2)
    await settled()
    expect(reader.isAged).toBe(true)
  })
})
