import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, freshClient } from '../../support/flag-agreement.ts'
import { callFlag, createFlag, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const inQuery = (key: string, percentage: string) => callFlag('setPercentage', key, { query: { percentage } })
const inBody = (key: string, percentage: unknown) => callFlag('setPercentage', key, { body: { percentage } })

const IDS = Array.from({ length: 20_000 }, (_, n) => `user-${n}`)

async function whoHas(key: string): Promise<readonly string[]> {
  const client = await freshClient(started().table)
  return IDS.filter((targetingKey) => client.boolean(key, { targetingKey }, false))
}

describe('a percentage', () => {
  it.each(['0', '0.001', '0.5', '12.345', '50', '050', '99.999', '100', '100.000'])(
    'of %s is taken from the query',
    async (text) => {
      const set = await inQuery('enable_new_player', text)
      expect(set).toMatchObject({ statusCode: 200, status: 'percentage', percentage: Number(text) })
      expect(set['split']).toEqual([{ variant: 'on', percentage: Number(text) }])
    },
  )

  it.each([0, 0.001, 33.333, 100])('of %s is taken from the body', async (percentage) => {
    expect(await inBody('enable_new_player', percentage)).toMatchObject({ statusCode: 200, percentage })
  })

  it.each([
    '',
    '101',
    '100.001',
    '0.0001',
    '-1',
    '+5',
    '1e1',
    'half',
    '5%',
    '.5',
    '5.',
    ' 5',
    '٥',
    'NaN',
    'Infinity',
  ])('of %j is refused in the query', async (text) => {
    const refused = await inQuery('enable_new_player', text)
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['query.percentage'])
  })

  it.each(['50', 101, -1, 0.0001, null, [50], {}, true])(
    'of %j is refused in the body',
    async (percentage) => {
      const refused = await inBody('enable_new_player', percentage)
      expect(refused.statusCode).toBe(422)
      expect(wrongFields(refused)).toEqual(['body.percentage'])
    },
  )

  it('is given once: neither in both places, nor in none', async () => {
    const both = await callFlag('setPercentage', 'enable_new_player', {
      query: { percentage: '5' },
      body: { percentage: 5 },
    })
    expect(both.statusCode).toBe(422)
    expect(wrongFields(both)).toEqual(['body.percentage'])
    const none = await callFlag('setPercentage', 'enable_new_player', { body: { reason: 'So' } })
    expect(none.statusCode).toBe(422)
    expect(wrongFields(none)).toEqual(['query.percentage'])
  })

  it('says nothing about a split of several variants, which stays', async () => {
    const split = [
      { variant: 'a', percentage: 10 },
      { variant: 'b', percentage: 20 },
    ]
    const variants = { a: 'A', b: 'B', c: 'C' }
    await createFlag('several', { status: 'percentage', type: 'string', variants, on: 'a', off: 'c', split })
    const refused = await inQuery('several', '50')
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['path.key'])
    expect(await callFlag('getFlag', 'several')).toMatchObject({ split, version: 1 })
  })

  it('turns a flag that was disabled, or targeted, into a rollout', async () => {
    await createFlag('turned', { status: 'targeted' })
    expect(await inQuery('turned', '20')).toMatchObject({ status: 'percentage', percentage: 20 })
    await callFlag('disableFlag', 'turned')
    expect(await whoHas('turned')).toEqual([])
    expect(await inQuery('turned', '20')).toMatchObject({ status: 'percentage', version: 4 })
    expect((await whoHas('turned')).length).toBeGreaterThan(0)
  })

  it('takes the feature from nobody when it is raised, and gives it to as many as it says', async () => {
    await createFlag('raised')
    let before: readonly string[] = []
    for (const percentage of ['0.5', '5', '5.001', '50', '99.999', '100']) {
      await inQuery('raised', percentage)
      const now = new Set(await whoHas('raised'))
      expect(before.filter((id) => !now.has(id))).toEqual([])
      const expected = (IDS.length * Number(percentage)) / 100
      expect(Math.abs(now.size - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected) + 1)
      before = [...now]
    }
    expect(before).toHaveLength(IDS.length)
  })

  it('leaves everybody where they are through disable, enable, and back', async () => {
    await createFlag('sticky', { status: 'percentage', percentage: 30 })
    const before = await whoHas('sticky')
    await callFlag('disableFlag', 'sticky')
    await callFlag('enableFlag', 'sticky')
    await inQuery('sticky', '30')
    expect(await whoHas('sticky')).toEqual(before)
  })

  it('needs a flag', async () => {
    expect(await inQuery('nobody', '5')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })
})
