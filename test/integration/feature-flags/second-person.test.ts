import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { changeLab } from '../../support/change-lab.ts'
import { call, userClaims } from '../../support/config-routes.ts'
import { chainOf } from '../../support/rate-limit-routes.ts'
import { answerOf, callFlags, listed } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const at = (key: string) => ({ params: { key } })
const flag = (key: string) => answerOf(callFlags('getFlag', at(key)))
const create = (key: string, body: object = {}) =>
  answerOf(callFlags('createFlag', { body: { key, ...body } }))
const setTo = (key: string, percentage: number, more: object = {}) =>
  answerOf(callFlags('setPercentage', { ...at(key), body: { percentage, ...more } }))

/** The id of the change that an answer says waits. */
const waitingIn = (answer: Readonly<Record<string, unknown>>) =>
  String(Object(answer['pending_change'])['id'])

const decide = (name: 'approveChange' | 'rejectChange', change: string, who: string, body?: object) =>
  answerOf(
    call(name, {
      params: { change },
      claims: userClaims(who, 'admin'),
      ...(body === undefined ? {} : { body }),
    }),
  )

describe('a flag that needs a second person', () => {
  it('changes when somebody else approves, and the history names both', async () => {
    await create('guarded', { approval: 'second' })
    const asked = await setTo('guarded', 25, { reason: 'A quarter' })
    expect(asked).toMatchObject({ statusCode: 202, status: 'disabled', version: 1 })
    expect(await flag('guarded')).toMatchObject({
      status: 'disabled',
      pending_change: { id: waitingIn(asked), action: 'feature-flag.changed', requested_by: 'ada' },
    })
    const approved = await decide('approveChange', waitingIn(asked), 'bea')
    expect(approved).toMatchObject({ statusCode: 200, state: 'approved', decided_by: 'bea' })
    expect(await flag('guarded')).toMatchObject({ status: 'percentage', percentage: 25, version: 2 })
    expect(await answerOf(callFlags('getFlagHistory', at('guarded')))).toMatchObject({
      versions: [{ version: 2, by: 'ada', approved_by: 'bea', reason: 'A quarter' }, { version: 1 }],
    })
    expect(verifyAudit(await chainOf(started().table, 'feature-flag:guarded'), [])).toEqual([])
  })

  it('is archived by two, and the history goes on naming both', async () => {
    await create('retired', { approval: 'second' })
    const asked = await answerOf(callFlags('archiveFlag', at('retired')))
    expect(asked).toMatchObject({ statusCode: 202 })
    expect(await decide('approveChange', waitingIn(asked), 'bea')).toMatchObject({ state: 'approved' })
    const [last] = listed(await answerOf(callFlags('getFlagHistory', at('retired'))), 'versions')
    expect(last).toMatchObject({ action: 'feature-flag.archived', by: 'ada', approved_by: 'bea' })
    expect(last).not.toHaveProperty('flag')
  })

  it('cannot be freed of that by one person alone', async () => {
    await create('held', { approval: 'second' })
    const asked = await answerOf(callFlags('putFlag', { ...at('held'), body: { approval: 'none' } }))
    expect(asked).toMatchObject({ statusCode: 202, approval: 'second' })
    const own = await answerOf(call('approveChange', { params: { change: waitingIn(asked) } }))
    expect(own).toMatchObject({ statusCode: 403, code: 'own_change' })
    expect(await flag('held')).toMatchObject({ approval: 'second', version: 1 })
  })

  it('is switched off at once all the same, and a change that was asked for before is outdated then', async () => {
    await create('stoppable', { approval: 'second', status: 'enabled' })
    const asked = await setTo('stoppable', 10)
    expect(await answerOf(callFlags('disableFlag', at('stoppable')))).toMatchObject({
      statusCode: 200,
      status: 'disabled',
      version: 2,
    })
    expect(await decide('approveChange', waitingIn(asked), 'bea')).toMatchObject({
      statusCode: 409,
      code: 'change_outdated',
    })
    expect(await flag('stoppable')).toMatchObject({ status: 'disabled', version: 2 })
  })

  it('is archived, and brought back, only with a second person', async () => {
    await create('kept', { approval: 'second' })
    const asked = await answerOf(callFlags('archiveFlag', at('kept')))
    expect(asked).toMatchObject({ statusCode: 202, key: 'kept' })
    await decide('approveChange', waitingIn(asked), 'bea')
    expect(await flag('kept')).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })

  it('stays as it is when the change is rejected', async () => {
    await create('refused', { approval: 'second' })
    const asked = await setTo('refused', 50)
    expect(
      await decide('rejectChange', waitingIn(asked), 'bea', { reason: 'Not on a Friday' }),
    ).toMatchObject({ statusCode: 200, state: 'rejected', decision_reason: 'Not on a Friday' })
    const now = await flag('refused')
    expect(now).toMatchObject({ status: 'disabled', version: 1 })
    expect(now).not.toHaveProperty('pending_change')
  })
})

const needs = (flag: string) => ({ prerequisites: [{ flag, variant: 'on' }] })

describe('a watched rollout', () => {
  it('is taken back when the check fails in time: exactly the flag as it was before', async () => {
    const lab = changeLab(started().table)
    await create('watched', { targets: [{ target_type: 'role', target_value: 'staff' }] })
    await setTo('watched', 5)
    const before = await flag('watched')
    const watch = { check: 'database', minutes: 30 }
    expect(await setTo('watched', 50, { watch })).toMatchObject({
      statusCode: 200,
      percentage: 50,
      watch: { check: 'database', ends_at: expect.any(String) },
    })
    const [last] = listed(await answerOf(callFlags('getFlagHistory', at('watched'))), 'versions')
    expect(last).toMatchObject({ version: 3, watch: { check: 'database' } })
    await lab.fire('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await lab.sweep()).toMatchObject({ reverted: 0 })
    const after = await flag('watched')
    const { version: _version, updated_at: _at, updated_by: _by, ...same } = before
    expect(after).toMatchObject({ ...same, version: 4, updated_by: 'watch' })
    expect((await chainOf(started().table, 'feature-flag:watched')).at(-1)).toMatchObject({
      action: 'feature-flag.reverted',
      actor: { kind: 'system', name: 'watch' },
    })
    await lab.resolve('database')
  })

  it('is turned off where what held before would lead in a circle by now', async () => {
    const lab = changeLab(started().table)
    await create('one', { status: 'enabled' })
    await create('other', { status: 'enabled', ...needs('one') })
    await answerOf(
      callFlags('putFlag', {
        ...at('other'),
        body: { prerequisites: [], watch: { check: 'external-apis', minutes: 5 } },
      }),
    )
    await answerOf(callFlags('putFlag', { ...at('one'), body: needs('other') }))
    await lab.fire('external-apis')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await flag('other')).toMatchObject({ status: 'disabled', prerequisites: [], updated_by: 'watch' })
    const [last] = listed(await answerOf(callFlags('getFlagHistory', at('other'))), 'versions')
    expect(last).toMatchObject({ reason: expect.stringContaining('the flag is off') })
  })

  it('is never "not modified" when only its watch has ended', async () => {
    const lab = changeLab(started().table)
    await create('ending')
    await setTo('ending', 5, { watch: { check: 'cognito', minutes: 5 } })
    const headers = { 'if-none-match': '"2"' }
    expect(await callFlags('getFlag', { ...at('ending'), headers })).toMatchObject({
      statusCode: 200,
      headers: { etag: '"2"' },
    })
    lab.advance(6 * 60_000)
    expect(await lab.sweep()).toMatchObject({ ended: 1 })
    const after = await answerOf(callFlags('getFlag', { ...at('ending'), headers }))
    expect(after).toMatchObject({ statusCode: 200, version: 2 })
    expect(after).not.toHaveProperty('watch')
  })

  it('stays when somebody has changed it since', async () => {
    const lab = changeLab(started().table)
    await create('moved_on')
    await setTo('moved_on', 5, { watch: { check: 'cognito', minutes: 30 } })
    await setTo('moved_on', 6)
    await lab.fire('cognito')
    expect(await lab.sweep()).toMatchObject({ reverted: 0 })
    expect(await flag('moved_on')).toMatchObject({ percentage: 6 })
    await lab.resolve('cognito')
  })

  it('is refused while the check fails already', async () => {
    const lab = changeLab(started().table)
    await lab.fire('s3-avatars')
    await create('too_late')
    expect(await setTo('too_late', 5, { watch: { check: 's3-avatars', minutes: 5 } })).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body.watch.check', reason: expect.stringContaining('firing already') }],
    })
    expect(await flag('too_late')).toMatchObject({ status: 'disabled', version: 1 })
    await lab.resolve('s3-avatars')
  })
})
