import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, freshClient } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, listed } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const history = (key: string, query = {}) => callFlag('getFlagHistory', key, { query })
const put = (key: string, body: object) => callFlag('putFlag', key, { body })
const rollBack = (key: string, version: number, more: object = {}) =>
  callFlag('rollBackFlag', key, { body: { version, ...more } })

/** A flag without what every version has of its own. */
function state(flag: object): object {
  const {
    statusCode: _code,
    version: _version,
    updated_at: _at,
    ...rest
  } = { statusCode: 0, version: 0, updated_at: '', ...flag }
  return rest
}

describe('the history of a flag', () => {
  it('is every version, newest first, with what it changed, by whom and why', async () => {
    await createFlag('told', { reason: 'Asked for' })
    await put('told', { status: 'percentage', percentage: 5, reason: 'First wave' })
    await callFlag('disableFlag', 'told')
    await callFlag('archiveFlag', 'told', { query: { reason: 'Done' } })
    const versions = listed(await history('told'), 'versions')
    const own = { by: 'ada', at: expect.any(String) }
    expect(versions).toMatchObject([
      { ...own, version: 4, action: 'feature-flag.archived', reason: 'Done' },
      {
        ...own,
        version: 3,
        action: 'feature-flag.disabled',
        changed: ['status'],
        flag: { status: 'disabled' },
      },
      { ...own, version: 2, action: 'feature-flag.changed', reason: 'First wave', flag: { percentage: 5 } },
      { ...own, version: 1, action: 'feature-flag.created', reason: 'Asked for', flag: { version: 1 } },
    ])
    expect(versions[0]).not.toHaveProperty('flag')
    expect(versions[2]?.['changed']).toEqual(['percentage', 'split', 'status'])
  })

  it('has one type: a key that was archived does not come back with another', async () => {
    await createFlag('typed')
    await callFlag('archiveFlag', 'typed')
    const body = { key: 'typed', type: 'string', variants: { on: 'a', off: 'b' } }
    const refused = await answerOf(callFlags('createFlag', { body }))
    expect(refused).toMatchObject({ statusCode: 422, fields: [{ path: 'body.type' }] })
    await createFlag('typed', { description: 'Once more' })
  })

  it('comes in pages, each version once', async () => {
    await createFlag('paged')
    for (let version = 2; version <= 7; version += 1) await put('paged', { description: `v${version}` })
    const seen: unknown[] = []
    let cursor: unknown
    do {
      const page = await history('paged', { limit: '3', ...(typeof cursor === 'string' ? { cursor } : {}) })
      seen.push(...listed(page, 'versions').map(({ version }) => version))
      cursor = page['next_cursor']
    } while (cursor !== undefined)
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  it('does not take the cursor of another flag', async () => {
    const { next_cursor: cursor } = await history('paged', { limit: '1' })
    expect(await history('told', { cursor })).toMatchObject({ statusCode: 400, code: 'invalid_cursor' })
  })

  it('is empty for a defined flag that nobody has changed, and unknown for one that never was', async () => {
    expect(await history('killswitch_uploads')).toMatchObject({ statusCode: 200, versions: [] })
    expect(await history('nobody')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
    expect(await rollBack('nobody', 1)).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })
})

describe('a rollback', () => {
  it('brings back each version exactly, as a new one', async () => {
    const first = await createFlag('back', {
      description: 'First',
      category: 'experiment',
      type: 'json',
      variants: { a: { depth: [1, { x: null }] }, b: ['ü', 0.1, -5, true] },
      on: 'a',
      off: 'b',
      status: 'percentage',
      split: [{ variant: 'a', percentage: 33.333 }],
      bucketing: { hash: 'unleash', salt: 'pepper', by: 'organization', start: 10, scale: 1_000 },
      targets: [{ target_type: 'role', target_value: 'staff', effect: 'deny' }],
      rules: [{ when: [{ attribute: 'plan', operator: 'in', values: ['pro', 7, true] }], variant: 'b' }],
      prerequisites: [{ flag: 'enable_new_player', variant: 'on' }],
      schedule: { from: '2026-01-01T00:00:00+02:00' },
      tags: ['x'],
      expires: '2027-01-01',
      public: true,
    })
    const second = await put('back', {
      description: 'Second',
      type: 'json',
      status: 'disabled',
      bucketing: { hash: 'murmur3', salt: 'other' },
    })
    const third = await rollBack('back', 1, { reason: 'It was right' })
    expect(third).toMatchObject({ statusCode: 200, version: 3 })
    expect(state(third)).toEqual(state(first))
    const fourth = await rollBack('back', 2)
    expect(state(fourth)).toEqual(state(second))
    expect(state(await rollBack('back', 3))).toEqual(state(first))
    const [, , newest] = listed(await history('back'), 'versions')
    expect(newest).toMatchObject({ version: 3, action: 'feature-flag.rolled-back', reason: 'It was right' })
  })

  it('brings back who was in a rollout', async () => {
    const ids = Array.from({ length: 2_000 }, (_, n) => `user-${n}`)
    const whoHas = async () => {
      const client = await freshClient(started().table)
      return ids.filter((targetingKey) => client.boolean('cohort', { targetingKey }, false))
    }
    await createFlag('cohort', { status: 'percentage', percentage: 20, bucketing: { salt: 'first' } })
    const before = await whoHas()
    await put('cohort', { status: 'percentage', percentage: 20, bucketing: { salt: 'second' } })
    expect(await whoHas()).not.toEqual(before)
    await rollBack('cohort', 1)
    expect(await whoHas()).toEqual(before)
  })

  it('to a version in which a switch was thrown throws it again', async () => {
    await callFlag('enableFlag', 'killswitch_uploads')
    await callFlag('disableFlag', 'killswitch_uploads')
    expect(await rollBack('killswitch_uploads', 1)).toMatchObject({ status: 'enabled', version: 3 })
    expect((await freshClient(started().table)).boolean('killswitch_uploads', {}, false)).toBe(true)
    expect(await rollBack('killswitch_uploads', 2)).toMatchObject({ status: 'disabled', version: 4 })
    await createFlag('thrown', { status: 'enabled' })
    await callFlag('disableFlag', 'thrown')
    await callFlag('enableFlag', 'thrown')
    expect(await rollBack('thrown', 2)).toMatchObject({ status: 'disabled', version: 4 })
  })

  it('is refused to versions that there are not', async () => {
    await createFlag('short')
    for (const version of [2, 99_999_999_999]) {
      expect(await rollBack('short', version)).toMatchObject({ statusCode: 404, code: 'unknown_version' })
    }
    for (const version of [0, -1, 1.5, '1', null]) {
      const refused = await callFlag('rollBackFlag', 'short', { body: { version } })
      expect(refused).toMatchObject({ statusCode: 422, code: 'invalid_input' })
    }
  })
})
