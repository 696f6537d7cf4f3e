import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import { answerOf, callFlags } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const KEYS = [
  'NEW_QUEUE_ENABLED',
  'SECURITY_HEADERS_ENABLED',
  'RATELIMIT_ENABLED',
  'WEBHOOK_VERIFY_ALL',
  'ABUSE_GUARDS_ENABLED',
]
const bundle = 'phase-4'
const params = { bundle }

/** What a container that has just started makes of the flags. */
async function enabled(): Promise<readonly string[]> {
  const flags = flagClient({ table: started().table, flags: [], effects: systemEffects })
  await flags.refresh()
  return KEYS.filter((key) => flags.boolean(key, {}, false))
}

describe("the emergency rollback of Levqor's runbook", () => {
  it('turns every flag of phase 4 off at once, one of them alone, and all of them back on', async () => {
    for (const key of KEYS) await callFlags('createFlag', { body: { key, status: 'enabled' } })
    const made = { description: 'All features of phase 4', flags: KEYS }
    expect(await answerOf(callFlags('putBundle', { params, body: made }))).toMatchObject({
      statusCode: 200,
      applied: false,
      version: 1,
    })
    expect(await enabled()).toEqual(KEYS)

    expect(await answerOf(callFlags('applyBundle', { params }))).toMatchObject({
      statusCode: 200,
      applied: true,
      applied_by: 'ada',
      thrown: KEYS,
    })
    expect(await enabled()).toEqual([])

    expect(await answerOf(callFlags('revertBundle', { params }))).toMatchObject({
      statusCode: 200,
      applied: false,
      kept: [],
    })
    expect(await enabled()).toEqual(KEYS)

    await callFlags('disableFlag', { params: { key: 'NEW_QUEUE_ENABLED' } })
    expect(await enabled()).toEqual(KEYS.slice(1))
  })

  it('cannot be changed or deleted while it is applied', async () => {
    const params = { bundle: 'busy' }
    const body = { description: 'One flag', flags: ['enable_new_player'] }
    await callFlags('putBundle', { params, body })
    await callFlags('applyBundle', { params })
    const refused = { statusCode: 409, code: 'bundle_applied' }
    expect(await answerOf(callFlags('putBundle', { params, body }))).toMatchObject(refused)
    expect(await answerOf(callFlags('deleteBundle', { params }))).toMatchObject(refused)
    await callFlags('revertBundle', { params })
    expect(await answerOf(callFlags('deleteBundle', { params }))).toMatchObject({ statusCode: 200 })
    expect(await answerOf(callFlags('applyBundle', { params }))).toMatchObject({
      statusCode: 404,
      code: 'unknown_bundle',
    })
  })

  it('of a definition comes back when what was changed of it is deleted', async () => {
    const params = { bundle: 'lockdown' }
    const body = { description: 'Payments alone', flags: ['killswitch_payments'] }
    expect(await answerOf(callFlags('deleteBundle', { params }))).toMatchObject({
      statusCode: 409,
      code: 'bundle_defined',
    })
    expect(await answerOf(callFlags('putBundle', { params, body }))).toMatchObject({
      flags: [{ key: 'killswitch_payments', status: 'disabled' }],
    })
    await callFlags('deleteBundle', { params })
    const { bundles } = await answerOf(callFlags('listBundles'))
    expect(bundles).toContainEqual(
      expect.objectContaining({ name: 'lockdown', description: 'Engages every killswitch', version: 2 }),
    )
  })

  it('names flags that there are, each once', async () => {
    const body = { description: 'Wrong', flags: ['enable_new_player', 'no_such_flag'] }
    expect(await answerOf(callFlags('putBundle', { params: { bundle: 'wrong' }, body }))).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body.flags.1', reason: 'must be the key of a flag' }],
    })
    const twice = { description: 'Twice', flags: ['enable_new_player', 'enable_new_player'] }
    expect(
      await answerOf(callFlags('putBundle', { params: { bundle: 'wrong' }, body: twice })),
    ).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body.flags', reason: 'must not name a flag twice' }],
    })
  })
})
