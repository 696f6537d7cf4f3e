import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { call, userClaims } from '../../support/config-routes.ts'
import { answerOf, callFlag, callFlags, createFlag } from '../../support/flag-routes.ts'
import { freshClient } from '../../support/flag-agreement.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const waitingIn = (answer: Readonly<Record<string, unknown>>) =>
  String(Object(answer['pending_change'])['id'])
const approve = (change: string) =>
  answerOf(call('approveChange', { params: { change }, claims: userClaims('bea', 'admin') }))

describe('approving a change', () => {
  it('asks again whether other flags need what it takes away', async () => {
    await createFlag('needed', { approval: 'second' })
    const asked = await callFlag('archiveFlag', 'needed')
    await createFlag('needy', { prerequisites: [{ flag: 'needed', variant: 'on' }] })
    expect(await approve(waitingIn(asked))).toMatchObject({ statusCode: 409, code: 'flag_needed' })
    expect(await callFlag('getFlag', 'needed')).toMatchObject({ statusCode: 200, version: 1 })
  })

  it('is needed for bringing back an archived flag that demanded it', async () => {
    await createFlag('guarded', { approval: 'second' })
    await approve(waitingIn(await callFlag('archiveFlag', 'guarded')))
    const body = { key: 'guarded', status: 'enabled', approval: 'none' }
    expect(await answerOf(callFlags('createFlag', { body }))).toMatchObject({ statusCode: 202 })
    expect(await callFlag('rollBackFlag', 'guarded', { body: { version: 1 } })).toMatchObject({
      statusCode: 202,
    })
    expect(await callFlag('getFlag', 'guarded')).toMatchObject({ statusCode: 404 })
  })
})

describe('a watch', () => {
  const watch = { check: 'database', minutes: 5 }
  const refused = { statusCode: 422, fields: [{ path: 'body.watch' }] }

  it('is refused where there is nothing to take back', async () => {
    expect(await callFlag('enableFlag', 'killswitch_uploads', { body: { watch } })).toMatchObject(refused)
    const body = { key: 'new', watch }
    expect(await answerOf(callFlags('createFlag', { body }))).toMatchObject(refused)
    await createFlag('on', { status: 'enabled' })
    expect(await callFlag('enableFlag', 'on', { body: { watch } })).toMatchObject(refused)
  })

  it('on a check that there is not is refused also where the change waits', async () => {
    await createFlag('waits', { approval: 'second' })
    const body = { percentage: 5, watch: { ...watch, check: 'nope' } }
    expect(await callFlag('setPercentage', 'waits', { body })).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body.watch.check' }],
    })
  })
})

describe('many thrown switches', () => {
  it('do not push a killswitch off the pointer', async () => {
    const keys = Array.from({ length: 52 }, (_, n) => `feature-${n}`)
    const flags = keys.map((key) => ({ key, status: 'enabled' }))
    for (const flag of flags) await createFlag(flag.key, flag)
    for (const key of keys) await callFlag('disableFlag', key)
    await callFlag('enableFlag', 'killswitch_payments')
    await createFlag('a-save')
    await started().table.commit(
      [
        {
          kind: 'put',
          item: { pk: 'FLAGLIVE#SNAPSHOT', sk: 'CURRENT', hash: 'rubbish', bytes: new Uint8Array([1]) },
          expect: { anything: true },
        },
      ],
      systemEffects.id(),
    )
    const client = await freshClient(started().table)
    expect(client.boolean('killswitch_payments', {}, false)).toBe(true)
  })
})

describe('a public flag', () => {
  it('does not tell what its private prerequisite asks for', async () => {
    const split = { status: 'percentage', percentage: 50, bucketing: { by: 'internal_risk_score' } }
    await createFlag('private', split)
    await createFlag('open', {
      status: 'enabled',
      public: true,
      prerequisites: [{ flag: 'private', variant: 'on' }],
    })
    const client = await freshClient(started().table)
    expect(JSON.stringify(client.evaluate('open', {}))).not.toContain('internal_risk_score')
  })
})

describe('a percentage', () => {
  it('of more than three decimals is refused, however close to one of three', async () => {
    expect(
      await callFlag('setPercentage', 'enable_new_player', { body: { percentage: 99.9999999999 } }),
    ).toMatchObject({ statusCode: 422 })
  })
})
