import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { answerOf, callFlags } from '../../support/flag-routes.ts'
import { claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

const at = (key: string) => ({ params: { key } })

describe('the calls of the runbook', () => {
  it('list the flags of the platform on a fresh table', async () => {
    expect(await answerOf(callFlags('listFlags'))).toMatchObject({
      statusCode: 200,
      flags: [
        { key: 'beta_watch_parties', category: 'beta', status: 'targeted', origin: 'defined', version: 0 },
        { key: 'enable_live_streaming', category: 'rollout', status: 'disabled' },
        { key: 'enable_new_player', category: 'frontend', status: 'disabled' },
        { key: 'killswitch_messaging', category: 'killswitch', status: 'disabled' },
        { key: 'killswitch_payments' },
        { key: 'killswitch_streaming' },
        { key: 'killswitch_uploads' },
      ],
    })
  })

  it('enable a flag', async () => {
    const enabled = { status: 'enabled', version: 1, origin: 'changed', updated_by: 'ada' }
    expect(await answerOf(callFlags('enableFlag', at('enable_new_player')))).toMatchObject({
      statusCode: 200,
      ...enabled,
    })
    expect(await answerOf(callFlags('getFlag', at('enable_new_player')))).toMatchObject(enabled)
  })

  it('engage a killswitch, as a responder', async () => {
    const claims = claimsOf('responder')
    const engaged = await answerOf(callFlags('enableFlag', { ...at('killswitch_uploads'), claims }))
    expect(engaged).toMatchObject({ statusCode: 200, status: 'enabled', version: 1 })
    const released = await answerOf(callFlags('disableFlag', { ...at('killswitch_uploads'), claims }))
    expect(released).toMatchObject({ statusCode: 200, status: 'disabled', version: 2 })
  })

  it('set a percentage in the query', async () => {
    const set = await answerOf(
      callFlags('setPercentage', { ...at('enable_live_streaming'), query: { percentage: '50' } }),
    )
    expect(set).toMatchObject({ statusCode: 200, status: 'percentage', percentage: 50 })
  })

  it('add a user to a targeted flag', async () => {
    const body = { target_type: 'user', target_value: 'user_id_here' }
    const added = await answerOf(callFlags('addTarget', { ...at('beta_watch_parties'), body }))
    expect(added).toMatchObject({
      statusCode: 201,
      status: 'targeted',
      targets: [{ ...body, effect: 'allow' }],
    })
    expect(await answerOf(callFlags('listTargets', at('beta_watch_parties')))).toMatchObject({
      targets: [body],
    })
  })
})
