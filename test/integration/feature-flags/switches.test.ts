import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, flagEvents, freshClient } from '../../support/flag-agreement.ts'
import { callFlag, createFlag, wrongFields } from '../../support/flag-routes.ts'
import { claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const ada = { targetingKey: 'ada' }
const isOn = async (key: string) => (await freshClient(started().table)).boolean(key, ada, false)
const actionsOf = async (key: string) =>
  (await flagEvents(started().table, key)).map(({ action, reason }) => [action, reason])

describe('a killswitch', () => {
  it('is engaged and released by its switch, with the reasons; who engages it once more confirms it', async () => {
    const key = 'killswitch_uploads'
    expect(await isOn(key)).toBe(false)
    const engaged = await callFlag('enableFlag', key, { body: { reason: 'The bucket is full' } })
    expect(engaged).toMatchObject({ statusCode: 200, status: 'enabled', version: 1 })
    expect(await callFlag('enableFlag', key)).toMatchObject({
      statusCode: 200,
      status: 'enabled',
      version: 2,
    })
    expect(await isOn(key)).toBe(true)
    expect(await callFlag('disableFlag', key)).toMatchObject({ status: 'disabled', version: 3 })
    expect(await callFlag('disableFlag', key)).toMatchObject({ status: 'disabled', version: 3 })
    expect(await isOn(key)).toBe(false)
    expect(await actionsOf(key)).toEqual([
      ['feature-flag.engaged', 'The bucket is full'],
      ['feature-flag.engaged', undefined],
      ['feature-flag.released', undefined],
    ])
  })

  it('is engaged and released by a PUT that says so', async () => {
    const key = 'killswitch_streaming'
    const body = { category: 'killswitch', status: 'enabled', description: 'New' }
    expect(await callFlag('putFlag', key, { body })).toMatchObject({ status: 'enabled', version: 1 })
    expect(await isOn(key)).toBe(true)
    const released = await callFlag('putFlag', key, { body: { ...body, status: 'disabled' } })
    expect(released).toMatchObject({ status: 'disabled', version: 2 })
    expect(await isOn(key)).toBe(false)
  })

  it('has no percentage and no targets', async () => {
    const rollout = await callFlag('setPercentage', 'killswitch_payments', { query: { percentage: '50' } })
    expect(rollout.statusCode).toBe(422)
    expect(wrongFields(rollout)).toEqual(['path.key'])
    const body = { target_type: 'user', target_value: 'ada' }
    expect(await callFlag('addTarget', 'killswitch_payments', { body })).toMatchObject({ statusCode: 422 })
    expect(await callFlag('getFlag', 'killswitch_payments')).toMatchObject({ version: 0 })
  })

  it('is not archived while it is engaged', async () => {
    await createFlag('killswitch_chat', { category: 'killswitch', status: 'enabled' })
    expect(await isOn('killswitch_chat')).toBe(true)
    expect(await callFlag('archiveFlag', 'killswitch_chat')).toMatchObject({
      statusCode: 409,
      code: 'flag_engaged',
    })
    await callFlag('disableFlag', 'killswitch_chat')
    expect(await callFlag('archiveFlag', 'killswitch_chat')).toMatchObject({
      statusCode: 200,
      archived: true,
    })
  })

  it('is thrown by a responder, who changes no flag otherwise', async () => {
    const claims = claimsOf('responder')
    expect(await callFlag('enableFlag', 'killswitch_messaging', { claims })).toMatchObject({
      statusCode: 200,
    })
    expect(await callFlag('disableFlag', 'killswitch_messaging', { claims })).toMatchObject({
      statusCode: 200,
    })
    const refused = await callFlag('putFlag', 'killswitch_messaging', {
      claims,
      body: { category: 'killswitch' },
    })
    expect(refused).toMatchObject({ statusCode: 403, code: 'forbidden' })
  })
})

describe('any other flag', () => {
  it('is off for everybody once it is disabled, and keeps its percentage for the next rollout', async () => {
    await createFlag('player', { status: 'percentage', percentage: 100 })
    expect(await isOn('player')).toBe(true)
    const off = await callFlag('disableFlag', 'player', { body: { reason: 'It stutters' } })
    expect(off).toMatchObject({ status: 'disabled', percentage: 100, version: 2 })
    expect(await isOn('player')).toBe(false)
    expect(await callFlag('enableFlag', 'player')).toMatchObject({
      status: 'enabled',
      percentage: 100,
      version: 3,
    })
    expect(await isOn('player')).toBe(true)
    expect(await callFlag('enableFlag', 'player')).toMatchObject({ version: 3 })
    expect(await actionsOf('player')).toEqual([
      ['feature-flag.created', undefined],
      ['feature-flag.disabled', 'It stutters'],
      ['feature-flag.enabled', undefined],
    ])
  })

  it('stays off when its targets are edited, until somebody puts it in force again', async () => {
    await createFlag('edited', { status: 'enabled' })
    await callFlag('disableFlag', 'edited')
    const body = { target_type: 'role', target_value: 'staff' }
    expect(await callFlag('addTarget', 'edited', { body })).toMatchObject({ status: 'disabled' })
    expect(await isOn('edited')).toBe(false)
    expect(await callFlag('setPercentage', 'edited', { query: { percentage: '100' } })).toMatchObject({
      status: 'percentage',
    })
    expect(await isOn('edited')).toBe(true)
  })

  it('that is a switch for a name of every object is thrown like others', async () => {
    await createFlag('constructor', { status: 'enabled' })
    expect(await isOn('constructor')).toBe(true)
    await callFlag('disableFlag', 'constructor')
    expect(await isOn('constructor')).toBe(false)
  })

  it.each(['enableFlag', 'disableFlag'] as const)('has to exist for %s', async (name) => {
    expect(await callFlag(name, 'nobody')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })

  it('takes nothing but a reason', async () => {
    for (const body of [{ why: 'x' }, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 7 }]) {
      expect(await callFlag('disableFlag', 'player', { body })).toMatchObject({ statusCode: 422 })
    }
  })
})
