import { beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { answerOf, callFlag, callFlags, createFlag, listed, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

type Query = Readonly<Record<string, string>>

const list = (query: Query) => answerOf(callFlags('listFlags', { query }))
const keysOf = async (query: Query) => listed(await list(query), 'flags').map(({ key }) => key)

async function everyPage(query: Query): Promise<readonly (readonly unknown[])[]> {
  const pages: (readonly unknown[])[] = []
  let cursor: unknown
  do {
    const page = await list({ ...query, ...(typeof cursor === 'string' ? { cursor } : {}) })
    pages.push(listed(page, 'flags').map(({ key }) => key))
    cursor = page['next_cursor']
  } while (cursor !== undefined)
  return pages
}

beforeAll(async () => {
  await createFlag('search_a', { owner: 'search', tags: ['slow'], description: 'Fuzzy SEARCH', public: true })
  await createFlag('search_b', {
    owner: 'search',
    category: 'experiment',
    type: 'string',
    status: 'enabled',
    variants: { a: 'A', b: 'B' },
    on: 'a',
    off: 'b',
  })
  await createFlag('gone', { owner: 'search' })
  await callFlag('archiveFlag', 'gone')
}, 60_000)

describe('the list of flags', () => {
  it.each([
    [{ category: 'experiment' }, ['search_b']],
    [{ status: 'enabled' }, ['search_b']],
    [{ status: 'targeted' }, ['beta_watch_parties']],
    [{ type: 'string' }, ['search_b']],
    [{ owner: 'search' }, ['search_a', 'search_b']],
    [{ tag: 'slow' }, ['search_a']],
    [{ owner: 'search', public: 'true' }, ['search_a']],
    [{ owner: 'search', public: 'false' }, ['search_b']],
    [{ q: 'fuzzy search' }, ['search_a']],
    [{ q: 'ARCH_B' }, ['search_b']],
    [{ owner: 'nobody' }, []],
    [{ owner: 'search', state: 'archived' }, ['gone']],
    [{ owner: 'search', state: 'all' }, ['gone', 'search_a', 'search_b']],
  ])('holds for %j exactly %j', async (query, keys) => {
    expect(await keysOf(query)).toEqual(keys)
  })

  it('comes in pages, each flag once, by key', async () => {
    const pages = await everyPage({ limit: '4' })
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 1])
    expect(pages.flat()).toEqual(await keysOf({}))
    expect(pages.flat()).toEqual(pages.flat().map(String).toSorted())
  })

  it('pages with its filters too, and refuses a cursor of other filters', async () => {
    expect(await everyPage({ category: 'killswitch', limit: '3' })).toEqual([
      ['killswitch_messaging', 'killswitch_payments', 'killswitch_streaming'],
      ['killswitch_uploads'],
    ])
    const { next_cursor: cursor } = await list({ category: 'killswitch', limit: '3' })
    const other = await list({ category: 'backend', limit: '3', cursor: String(cursor) })
    expect(other).toMatchObject({ statusCode: 400, code: 'invalid_cursor' })
  })

  it.each([
    [{ category: 'other' }, 'query.category'],
    [{ status: 'on' }, 'query.status'],
    [{ limit: '0' }, 'query.limit'],
    [{ limit: '501' }, 'query.limit'],
    [{ public: 'yes' }, 'query.public'],
    [{ state: 'deleted' }, 'query.state'],
  ])('refuses %j', async (query, path) => {
    const refused = await list(query)
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual([path])
  })
})

describe('an archived flag', () => {
  it('is in the list of archived ones as it was, and otherwise unknown', async () => {
    const archived = listed(await list({ state: 'archived' }), 'flags')
    expect(archived).toMatchObject([{ key: 'gone', owner: 'search', archived: true, version: 2 }])
    for (const name of [
      'getFlag',
      'enableFlag',
      'disableFlag',
      'archiveFlag',
      'listTargets',
      'getFlagStats',
    ] as const) {
      expect(await callFlag(name, 'gone')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
    }
  })

  it('comes back with a rollback, and is archived again', async () => {
    await createFlag('phoenix', { description: 'First' })
    await callFlag('archiveFlag', 'phoenix', { query: { reason: 'Not needed' } })
    const back = await callFlag('rollBackFlag', 'phoenix', { body: { version: 1 } })
    expect(back).toMatchObject({ statusCode: 200, description: 'First', version: 3 })
    expect(back).not.toHaveProperty('archived')
    expect(await callFlag('archiveFlag', 'phoenix')).toMatchObject({ archived: true, version: 4 })
    const refused = await callFlag('rollBackFlag', 'phoenix', { body: { version: 2 } })
    expect(refused).toMatchObject({ statusCode: 404, code: 'unknown_version' })
    expect(refused['detail']).toContain('archived')
  })

  it('goes on with its versions when its key is created again', async () => {
    await createFlag('again')
    await callFlag('archiveFlag', 'again')
    expect(await createFlag('again', { description: 'Anew' })).toMatchObject({
      version: 3,
      origin: 'created',
      description: 'Anew',
    })
  })

  it('hides a defined flag, until that is created again', async () => {
    const params = { bundle: 'emergency-rollback' }
    await callFlags('putBundle', { params, body: { description: 'No betas', flags: ['enable_new_player'] } })
    expect(await callFlag('archiveFlag', 'beta_watch_parties')).toMatchObject({ archived: true, version: 1 })
    expect(await keysOf({ category: 'beta' })).toEqual([])
    await createFlag('beta_watch_parties', { category: 'beta' })
    expect(await callFlag('getFlag', 'beta_watch_parties')).toMatchObject({ origin: 'changed', version: 2 })
  })
})
