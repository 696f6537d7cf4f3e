import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { ENTITIES } from '../../../shared/kernel/grants.ts'
import { agreeInTheEnd, disagreements, freshClient } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, listed } from '../../support/flag-routes.ts'
import { claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const responder = claimsOf('responder')
const apply = (bundle: string, parts = {}) =>
  answerOf(callFlags('applyBundle', { params: { bundle }, claims: responder, ...parts }))
const revert = (bundle: string) =>
  answerOf(callFlags('revertBundle', { params: { bundle }, claims: responder }))

const FEATURES = ['enable_new_player', 'enable_live_streaming', 'beta_watch_parties']
const SWITCHES = ['killswitch_uploads', 'killswitch_streaming', 'killswitch_payments', 'killswitch_messaging']

async function statuses(keys: readonly string[]): Promise<readonly unknown[]> {
  const flags = await Promise.all(keys.map((key) => callFlag('getFlag', key)))
  return flags.map(({ status }) => status)
}

/** The write by which `lockdown` is another bundle, as after a deployment. */
const redefined = (flags: readonly string[]) => ({
  kind: 'update' as const,
  key: { pk: `${ENTITIES.bundle}ALL`, sk: 'lockdown' },
  set: { bundle: { name: 'lockdown', description: 'Defined anew', flags } },
  expect: { present: true } as const,
})

describe('a bundle', () => {
  it('is listed with its flags as they are', async () => {
    expect(await answerOf(callFlags('listBundles'))).toMatchObject({
      statusCode: 200,
      bundles: [
        { name: 'emergency-rollback', applied: false, version: 0, flags: FEATURES.map((key) => ({ key })) },
        { name: 'lockdown', flags: SWITCHES.map((key) => ({ key, status: 'disabled' })) },
      ],
    })
  })

  it('turns off every feature at once, in every container, and gives back exactly those', async () => {
    await callFlag('enableFlag', 'enable_new_player')
    const before = await statuses(FEATURES)
    const applied = await apply('emergency-rollback', { body: { reason: 'Everything burns' } })
    expect(applied).toMatchObject({
      statusCode: 200,
      applied: true,
      applied_by: 'ada',
      thrown: ['enable_new_player', 'beta_watch_parties'],
      flags: FEATURES.map((key) => ({ key, status: 'disabled' })),
      version: 1,
    })
    expect((await freshClient(started().table)).boolean('enable_new_player', {}, true)).toBe(false)
    const [newest] = listed(await callFlag('getFlagHistory', 'enable_new_player'), 'versions')
    expect(newest).toMatchObject({
      action: 'feature-flag.disabled',
      reason: 'Bundle emergency-rollback: Everything burns',
    })
    expect(await revert('emergency-rollback')).toMatchObject({ applied: false, kept: [], version: 2 })
    expect(await statuses(FEATURES)).toEqual(before)
    expect((await freshClient(started().table)).boolean('enable_new_player', {}, false)).toBe(true)
  })

  it('engages killswitches, and leaves those that somebody has moved since', async () => {
    await callFlag('enableFlag', 'killswitch_uploads')
    expect(await apply('lockdown')).toMatchObject({ thrown: SWITCHES.slice(1) })
    expect(await statuses(SWITCHES)).toEqual(SWITCHES.map(() => 'enabled'))
    await callFlag('disableFlag', 'killswitch_payments')
    await callFlag('enableFlag', 'killswitch_payments')
    const reverted = await revert('lockdown')
    expect(reverted).toMatchObject({ statusCode: 200, kept: ['killswitch_payments'] })
    expect(await statuses(SWITCHES)).toEqual(['enabled', 'disabled', 'enabled', 'disabled'])
    await callFlag('disableFlag', 'killswitch_uploads')
    await callFlag('disableFlag', 'killswitch_payments')
  })

  it('is applied once and reverted once', async () => {
    await apply('lockdown')
    expect(await apply('lockdown')).toMatchObject({ statusCode: 409, code: 'bundle_applied' })
    await revert('lockdown')
    expect(await revert('lockdown')).toMatchObject({ statusCode: 409, code: 'bundle_not_applied' })
  })

  it('that has nothing to throw is applied all the same, and takes nothing back', async () => {
    for (const key of SWITCHES) await callFlag('enableFlag', key)
    expect(await apply('lockdown')).toMatchObject({ statusCode: 200, applied: true, thrown: [] })
    expect(await revert('lockdown')).toMatchObject({ statusCode: 200, kept: [] })
    expect(await statuses(SWITCHES)).toEqual(SWITCHES.map(() => 'enabled'))
    for (const key of SWITCHES) await callFlag('disableFlag', key)
  })

  it('that two apply at once, while others throw single switches, is applied by one', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [one, two, ...singles] = await Promise.all([
        apply('lockdown'),
        apply('lockdown'),
        callFlag('enableFlag', 'killswitch_uploads'),
        callFlag('disableFlag', 'enable_new_player'),
        callFlag('enableFlag', 'enable_new_player'),
      ])
      expect(new Set([one, two].map((answer) => answer?.statusCode))).toEqual(new Set([200, 409]))
      expect(singles.map((answer) => answer?.statusCode)).toEqual([200, 200, 200])
      expect(await statuses(SWITCHES)).toEqual(SWITCHES.map(() => 'enabled'))
      expect(await disagreements(started().table)).toEqual([])
      await revert('lockdown')
      await callFlag('disableFlag', 'killswitch_uploads')
    }
  })

  it('has to be defined', async () => {
    expect(await apply('nobody')).toMatchObject({ statusCode: 404, code: 'unknown_bundle' })
    expect(await revert('nobody')).toMatchObject({ statusCode: 404, code: 'unknown_bundle' })
    expect(await apply('lockdown', { claims: claimsOf('viewer') })).toMatchObject({ statusCode: 403 })
  })

  it('does not release a killswitch that somebody has engaged by hand, or by another bundle, meanwhile', async () => {
    const body = { description: 'Payments alone', flags: ['killswitch_payments', 'killswitch_messaging'] }
    await callFlags('putBundle', { params: { bundle: 'payments' }, body })
    await apply('lockdown')
    await callFlag('enableFlag', 'killswitch_uploads')
    expect(await apply('payments')).toMatchObject({ statusCode: 200, thrown: [] })
    expect(await revert('lockdown')).toMatchObject({
      kept: ['killswitch_uploads', 'killswitch_payments', 'killswitch_messaging'],
    })
    expect(await statuses(['killswitch_uploads', 'killswitch_payments'])).toEqual(['enabled', 'enabled'])
    await revert('payments')
    for (const key of SWITCHES) await callFlag('disableFlag', key)
  })

  it('is held to the version that its caller has read', async () => {
    const { version } = await apply('lockdown')
    const headers = { 'if-match': `"${Number(version) - 1}"` }
    const params = { bundle: 'lockdown' }
    expect(await answerOf(callFlags('revertBundle', { params, headers }))).toMatchObject({
      statusCode: 412,
      code: 'stale_version',
    })
    expect(await revert('lockdown')).toMatchObject({ statusCode: 200 })
  })

  it('gives a flag back that was edited meanwhile, as it was edited', async () => {
    await callFlag('enableFlag', 'enable_new_player')
    await apply('emergency-rollback')
    await callFlag('addTarget', 'enable_new_player', {
      body: { target_type: 'user', target_value: 'ada', effect: 'deny' },
    })
    expect(await revert('emergency-rollback')).toMatchObject({ statusCode: 200, kept: [] })
    const flag = await callFlag('getFlag', 'enable_new_player')
    expect(flag).toMatchObject({ status: 'enabled', targets: [{ target_value: 'ada' }] })
  })

  it('gives back what it has thrown although a deployment has defined it anew meanwhile', async () => {
    await apply('lockdown')
    await started().table.commit([redefined(SWITCHES.slice(0, 1))], systemEffects.id())
    expect(await revert('lockdown')).toMatchObject({ statusCode: 200, kept: [] })
    expect(await statuses(SWITCHES)).toEqual(SWITCHES.map(() => 'disabled'))
    await started().table.commit([redefined(SWITCHES)], systemEffects.id())
  })

  it('keeps its flags: none is archived while a bundle names it', async () => {
    const body = { description: 'Streams', flags: ['enable_live_streaming', 'beta_watch_parties'] }
    await callFlags('putBundle', { params: { bundle: 'streams' }, body })
    expect(await callFlag('archiveFlag', 'beta_watch_parties')).toMatchObject({
      statusCode: 409,
      code: 'flag_needed',
      detail: 'It is in the bundle emergency-rollback, streams.',
    })
    for (const bundle of ['emergency-rollback', 'streams']) {
      await callFlags('putBundle', {
        params: { bundle },
        body: { ...body, flags: ['enable_live_streaming'] },
      })
    }
    expect(await callFlag('archiveFlag', 'beta_watch_parties')).toMatchObject({ statusCode: 200 })
  })

  it('is in the list however many there were and are gone', async () => {
    const gone = Array.from({ length: 1_500 }, (_, n) => ({
      kind: 'put' as const,
      item: {
        pk: `${ENTITIES.bundle}ALL`,
        sk: `gone-${n}`,
        name: `gone-${n}`,
        version: 2,
        padding: 'x'.repeat(800),
      },
      expect: { absent: true } as const,
    }))
    while (gone.length > 0) await started().table.commit(gone.splice(0, 100), systemEffects.id())
    const names = listed(await answerOf(callFlags('listBundles')), 'bundles').map(({ name }) => name)
    expect(names).toContain('streams')
    expect(names).toHaveLength(4)
  })
})
