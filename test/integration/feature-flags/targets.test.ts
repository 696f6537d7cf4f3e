import { describe, expect, it } from 'vitest'
import type { EvaluationContext } from '../../../shared/feature-flags/context.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, freshClient } from '../../support/flag-agreement.ts'
import { callFlag, createFlag, listed, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const add = (key: string, type: string, value: string, more: object = {}) =>
  callFlag('addTarget', key, { body: { target_type: type, target_value: value, ...more } })

async function variantFor(key: string, context: EvaluationContext): Promise<unknown> {
  const evaluation = (await freshClient(started().table)).evaluate(key, context)
  return 'variant' in evaluation ? [evaluation.variant, evaluation.reason] : evaluation.reason
}

describe('a target', () => {
  it('gives the flag to a user, a role or an organization, and to nobody else', async () => {
    await createFlag('beta', { category: 'beta', status: 'targeted' })
    await add('beta', 'user', 'ada')
    await add('beta', 'role', 'staff')
    const added = await add('beta', 'organization', 'studio-7')
    expect(added).toMatchObject({ statusCode: 201, version: 4 })
    const match = ['on', 'TARGETING_MATCH']
    expect(await variantFor('beta', { targetingKey: 'ada' })).toEqual(match)
    expect(await variantFor('beta', { targetingKey: 'bob', roles: ['guest', 'staff'] })).toEqual(match)
    expect(await variantFor('beta', { targetingKey: 'bob', organization: 'studio-7' })).toEqual(match)
    expect(await variantFor('beta', { targetingKey: 'bob', roles: ['ada'] })).toEqual(['off', 'DEFAULT'])
  })

  it('that denies comes before one that allows', async () => {
    await createFlag('denied', { status: 'enabled' })
    await add('denied', 'role', 'staff')
    await add('denied', 'user', 'ada', { effect: 'deny' })
    const context = { targetingKey: 'ada', roles: ['staff'] }
    expect(await variantFor('denied', context)).toEqual(['off', 'TARGETING_MATCH'])
    expect(await variantFor('denied', { targetingKey: 'bob' })).toEqual(['on', 'STATIC'])
  })

  it('may name a variant, which has to be one of the flag', async () => {
    const variants = { a: 'A', b: 'B', c: 'C' }
    await createFlag('varied', { type: 'string', variants, on: 'a', off: 'b', status: 'targeted' })
    await add('varied', 'user', 'ada', { variant: 'c' })
    expect(await variantFor('varied', { targetingKey: 'ada' })).toEqual(['c', 'TARGETING_MATCH'])
    const refused = await add('varied', 'user', 'bob', { variant: 'd' })
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body.variant'])
  })

  it('takes the place of an older one for the same user, and keeps the id', async () => {
    await createFlag('replaced', { status: 'targeted' })
    const [first] = listed(await add('replaced', 'user', 'ada'), 'targets')
    const second = listed(await add('replaced', 'user', ' ada ', { effect: 'deny' }), 'targets')
    expect(second).toEqual([{ ...first, effect: 'deny' }])
    expect(await variantFor('replaced', { targetingKey: 'ada' })).toEqual(['off', 'TARGETING_MATCH'])
    expect(listed(await add('replaced', 'role', 'ada'), 'targets')).toHaveLength(2)
  })

  it('is removed by its id, once, with the reason in the history', async () => {
    await createFlag('removed', { status: 'targeted' })
    const [{ id } = {}] = listed(await add('removed', 'user', 'ada/../+ ü'), 'targets')
    const params = { target: String(id) }
    const query = { reason: 'The test is over' }
    const removed = await callFlag('removeTarget', 'removed', { params, query })
    expect(removed).toMatchObject({ statusCode: 200, targets: [], version: 3 })
    const again = await callFlag('removeTarget', 'removed', { params })
    expect(again).toMatchObject({ statusCode: 404, code: 'unknown_target' })
    const [newest] = listed(await callFlag('getFlagHistory', 'removed'), 'versions')
    expect(newest).toMatchObject({ version: 3, changed: ['targets'], reason: 'The test is over' })
  })

  it.each([
    [{ target_type: 'team', target_value: 'x' }, 'body.target_type'],
    [{ target_type: 'user', target_value: '  ' }, 'body.target_value'],
    [{ target_type: 'user', target_value: 'x'.repeat(257) }, 'body.target_value'],
    [{ target_type: 'user', target_value: 7 }, 'body.target_value'],
    [{ target_type: 'user', target_value: 'x', effect: 'maybe' }, 'body.effect'],
    [{ target_type: 'user' }, 'body.target_value'],
    [{ target_type: 'user', target_value: 'x', name: 'y' }, 'body.name'],
  ])('is refused as %j', async (body, path) => {
    const refused = await callFlag('addTarget', 'beta_watch_parties', { body })
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual([path])
  })

  it('is one of 400 at most', async () => {
    const targets = Array.from({ length: 400 }, (_, n) => ({ target_type: 'user', target_value: `u${n}` }))
    await createFlag('crowded', { status: 'targeted', targets })
    const refused = await add('crowded', 'user', 'one more')
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body.target_value'])
    expect(await add('crowded', 'user', 'u7', { effect: 'deny' })).toMatchObject({
      statusCode: 201,
      version: 2,
    })
  })

  it('is in the list of targets, whose ETag is the version of the flag', async () => {
    const targets = await callFlag('listTargets', 'crowded')
    expect(listed(targets, 'targets')).toHaveLength(400)
    expect(await callFlag('listTargets', 'nobody')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })
})
