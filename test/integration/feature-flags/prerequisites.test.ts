import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, freshClient } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const on = (flag: string) => ({ flag, variant: 'on' })
const put = (key: string, body: object) => callFlag('putFlag', key, { body })
const reasonFor = async (key: string) =>
  (await freshClient(started().table)).evaluate(key, { targetingKey: 'ada' }).reason

async function refusal(prerequisites: readonly object[]): Promise<readonly unknown[]> {
  const refused = await answerOf(callFlags('createFlag', { body: { key: 'refused', prerequisites } }))
  expect(refused.statusCode).toBe(422)
  return wrongFields(refused)
}

const at = (days: number) => new Date(systemEffects.now() + days * 86_400_000).toISOString()

describe('a prerequisite', () => {
  it('has to be a flag in force, with that variant', async () => {
    expect(await refusal([on('nobody')])).toEqual(['body.prerequisites.0.flag'])
    await createFlag('archived')
    await callFlag('archiveFlag', 'archived')
    expect(await refusal([on('enable_new_player'), on('archived')])).toEqual(['body.prerequisites.1.flag'])
    const maybe = { flag: 'enable_new_player', variant: 'maybe' }
    expect(await refusal([maybe])).toEqual(['body.prerequisites.0.variant'])
    expect(await refusal([{ ...maybe, variant: 'toString' }])).toEqual(['body.prerequisites.0.variant'])
  })

  it('turns the flag off while it has another variant', async () => {
    await createFlag('parent', { status: 'enabled' })
    await createFlag('child', { status: 'enabled', prerequisites: [on('parent')] })
    expect(await reasonFor('child')).toBe('STATIC')
    await callFlag('disableFlag', 'parent')
    expect(await reasonFor('child')).toBe('DISABLED')
    await callFlag('enableFlag', 'parent')
    expect(await reasonFor('child')).toBe('STATIC')
  })

  it('is neither archived nor robbed of the variant while somebody needs it', async () => {
    await createFlag('needed')
    await createFlag('needing', { prerequisites: [on('needed')] })
    const refused = await callFlag('archiveFlag', 'needed')
    expect(refused).toMatchObject({ statusCode: 409, code: 'flag_needed' })
    expect(refused['detail']).toContain('needing')
    const renamed = await put('needed', { variants: { yes: true, no: false }, on: 'yes', off: 'no' })
    expect(renamed.statusCode).toBe(422)
    expect(wrongFields(renamed)).toEqual(['body.variants'])
    await put('needing', {})
    expect(await callFlag('archiveFlag', 'needed')).toMatchObject({ statusCode: 200 })
  })

  it('never leads back to the flag, over however many others', async () => {
    expect(await refusal([on('refused')])).toEqual(['body.prerequisites'])
    await createFlag('a')
    await createFlag('b', { prerequisites: [on('a')] })
    await createFlag('c', { prerequisites: [on('enable_new_player'), on('b')] })
    const circle = await put('a', { prerequisites: [on('c')] })
    expect(circle).toMatchObject({ statusCode: 422 })
    expect(circle['fields']).toEqual([
      { path: 'body.prerequisites', reason: 'must not lead back to the flag: a → c → b → a' },
    ])
    expect(await put('b', { prerequisites: [] })).toMatchObject({ statusCode: 200 })
    expect(await put('a', { prerequisites: [on('c')] })).toMatchObject({ statusCode: 200 })
  })

  it('that a version had comes back with it only if it is still right', async () => {
    await createFlag('old', { prerequisites: [on('enable_new_player')] })
    await put('old', {})
    await createFlag('later', { prerequisites: [on('old')] })
    await put('enable_new_player', { prerequisites: [on('later')] })
    const refused = await callFlag('rollBackFlag', 'old', { body: { version: 1 } })
    expect(refused).toMatchObject({ statusCode: 422 })
    expect(wrongFields(refused)).toEqual(['body.prerequisites'])
  })

  it('is added by only one of two who would close a circle at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [left, right] = [`left-${round}`, `right-${round}`]
      await createFlag(left)
      await createFlag(right)
      const answers = await Promise.all([
        put(left, { prerequisites: [on(right)] }),
        put(right, { prerequisites: [on(left)] }),
      ])
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 422]))
    }
  })
})

describe('a schedule', () => {
  it.each([
    [{ from: at(-1), until: at(1) }, 'STATIC'],
    [{ from: at(1) }, 'DISABLED'],
    [{ until: at(-1) }, 'DISABLED'],
    [{ until: at(1) }, 'STATIC'],
  ])('of %j means %s now', async (schedule, reason) => {
    await createFlag(`scheduled-${JSON.stringify(schedule).length}-${reason}`, {
      status: 'enabled',
      schedule,
    })
    expect(await reasonFor(`scheduled-${JSON.stringify(schedule).length}-${reason}`)).toBe(reason)
  })
})
