import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { auditPartition, type AuditEvent } from '../../../shared/kernel/audit.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../../shared/kernel/outbox.ts'
import { SCOPES } from '../../../shared/kernel/route.ts'
import { changeLab } from '../../support/change-lab.ts'
import {
  call,
  chainOf,
  createKey,
  get,
  listed,
  put,
  userClaims,
  valueAt,
} from '../../support/config-routes.ts'
import { bodyOf, machineClaims } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const WEEK_MS = 7 * 24 * 3_600_000
const tom = userClaims('tom', 'admin')

const newKey = (key: string) => createKey(key, { approval: 'second' })
const approve = (change: string, claims = tom, headers = {}) =>
  call('approveChange', { params: { change }, claims, headers })
const reject = (change: string, reason = 'Not now', claims: Readonly<Record<string, string>> = tom) =>
  call('rejectChange', { params: { change }, body: { reason }, claims })

/** Asks for a change as `ada`. */
async function ask(key: string, value: number, headers = {}): Promise<string> {
  const result = await put(key, { value, reason: 'A test' }, headers)
  expect(result.statusCode).toBe(202)
  return String(Object(bodyOf(result)['pending_change'])['id'])
}

const changeChain = async (id: string) =>
  (await started().table.query<AuditEvent>({ partition: auditPartition(`change:${id}`), limit: 10 })).items

describe('a change of an entry that needs a second person', () => {
  it('waits: the answer is 202 with what holds and what waits, and nothing is different yet', async () => {
    await newKey('waiting')
    const result = await put('waiting', { value: 5, reason: 'A test' })
    expect(result).toMatchObject({ statusCode: 202 })
    const view = bodyOf(result)
    expect(view).toMatchObject({
      value: 0,
      version: 1,
      pending_change: { action: 'config.set', proposed: 5, requested_by: 'ada' },
    })
    expect(bodyOf(await get('waiting'))).toEqual(view)
    const id = String(Object(view['pending_change'])['id'])
    expect(bodyOf(await call('getChange', { params: { change: id } }))).toMatchObject({
      id,
      kind: 'config',
      target: 'waiting',
      state: 'pending',
      current: 0,
      proposed: 5,
      based_on: 1,
      reason: 'A test',
      requested_by: 'ada',
    })
  })

  it('is announced with how to find it, together with the change itself', async () => {
    await newKey('announced')
    const id = await ask('announced', 5)
    const { items } = await started().table.query<OutboxRow>({
      index: 'gsi1',
      partition: PENDING_PARTITION,
      limit: 200,
    })
    const about = items.filter(({ body }) => body['dedup_key'] === id)
    expect(about).toMatchObject([
      {
        topic: 'info',
        body: {
          event: 'waiting',
          change: { id, target: 'announced', reason: 'A test', requested_by: 'ada' },
        },
      },
    ])
  })

  it('holds once somebody else has approved it, audited with both names', async () => {
    await newKey('approved')
    const id = await ask('approved', 5)
    expect(bodyOf(await approve(id))).toMatchObject({ state: 'approved', decided_by: 'tom', version: 2 })
    const view = bodyOf(await get('approved'))
    expect(view).toMatchObject({ value: 5, version: 2, updated_by: 'ada' })
    expect(view).not.toHaveProperty('pending_change')
    const events = await chainOf(started().table, 'approved')
    expect(verifyAudit(events, [])).toEqual([])
    expect(events.at(-1)).toMatchObject({
      actor: { name: 'ada' },
      reason: 'A test',
      after: { value: 5 },
      notes: { approval: { change: id, requested_by: 'ada', approved_by: 'tom' } },
    })
    expect(await changeChain(id)).toMatchObject([
      { action: 'change.requested', actor: { name: 'ada' } },
      { action: 'change.approved', actor: { name: 'tom' } },
    ])
    const history = await call('listConfigHistory', { params: { key: 'approved' } })
    expect(listed(history, 'versions')[0]).toMatchObject({ by: 'ada', approved_by: 'tom', value: 5 })
  })

  it('is never approved by its author, whatever they are called by now', async () => {
    await newKey('own')
    const id = await ask('own', 5)
    expect(bodyOf(await approve(id, { ...userClaims('other', 'admin'), sub: 'user-1' }))).toMatchObject({
      status: 403,
      code: 'own_change',
      detail: 'ada has asked for it.',
    })
    expect(await valueAt('own')).toBe(0)
  })

  it('is approved neither by a machine nor by whoever is on call', async () => {
    await newKey('human')
    const id = await ask('human', 5)
    for (const claims of [machineClaims(...SCOPES), userClaims('grace', 'responder')]) {
      expect(bodyOf(await approve(id, claims))).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect(await valueAt('human')).toBe(0)
  })

  it('is outdated when the entry has moved on', async () => {
    await newKey('moved')
    const [first, second] = [await ask('moved', 5), await ask('moved', 6)]
    expect((await approve(second)).statusCode).toBe(200)
    expect(bodyOf(await approve(first))).toMatchObject({
      status: 409,
      code: 'change_outdated',
      detail: 'It was asked for on version 1; moved has version 2.',
    })
    expect(await valueAt('moved')).toBe(6)
    expect(bodyOf(await call('getChange', { params: { change: first } }))).toMatchObject({ state: 'pending' })
  })

  it('that was rejected is closed, and says why', async () => {
    await newKey('rejected')
    const id = await ask('rejected', 5)
    expect(bodyOf(await reject(id, 'Not before Monday'))).toMatchObject({
      state: 'rejected',
      decided_by: 'tom',
      decision_reason: 'Not before Monday',
    })
    expect(bodyOf(await approve(id))).toMatchObject({ status: 409, code: 'change_closed' })
    expect(bodyOf(await reject(id))).toMatchObject({ status: 409, detail: 'The change is rejected.' })
    expect(await valueAt('rejected')).toBe(0)
    expect(bodyOf(await get('rejected'))).not.toHaveProperty('pending_change')
  })

  it.each([
    ['grace', userClaims('grace', 'responder')],
    ['robot', machineClaims('midwatch/write')],
  ])(
    'that %s, no administrator, has asked for is theirs to take back, and of nobody else',
    async (who, claims) => {
      const key = `asked_by_${who}`
      await newKey(key)
      const result = await call('putConfig', { params: { key }, body: { value: 5 }, claims })
      const id = String(Object(bodyOf(result)['pending_change'])['id'])
      const others = [
        userClaims('hugo', 'responder'),
        { ...machineClaims('midwatch/write', 'midwatch/configure'), sub: 'other', client_id: 'other' },
      ]
      for (const other of others) {
        expect(bodyOf(await reject(id, 'Not mine', other))).toMatchObject({
          status: 403,
          code: 'forbidden',
          detail: `${who} has asked for it: this needs its author, or one of the roles superadmin, admin.`,
        })
      }
      expect(bodyOf(await reject(id, 'I was wrong', claims))).toMatchObject({
        state: 'rejected',
        decided_by: who,
        decision_reason: 'I was wrong',
      })
    },
  )

  it('is decided once, by however many people at the same time', async () => {
    await newKey('contested')
    const id = await ask('contested', 5)
    const names = ['tom', 'ines', 'paul']
    const results = await Promise.all(names.map((name) => approve(id, userClaims(name, 'admin'))))
    const statuses = results.map(({ statusCode = 0 }) => statusCode).toSorted((left, right) => left - right)
    expect(statuses).toEqual([200, 409, 409])
    expect(await chainOf(started().table, 'contested')).toHaveLength(2)
  })

  it('is approved once for one Idempotency-Key', async () => {
    await newKey('keyed')
    const id = await ask('keyed', 5)
    const headers = { 'idempotency-key': 'approve-1' }
    const [first, second] = [await approve(id, tom, headers), await approve(id, tom, headers)]
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true' })
  })

  it('expires after a week, whether or not anybody has closed it by then', async () => {
    await newKey('expired')
    const id = await ask('expired', 5)
    const lab = changeLab(started().table)
    lab.advance(WEEK_MS - 60_000)
    expect(await lab.sweep()).toMatchObject({ expired: 0 })
    lab.advance(61_000)
    expect((await lab.sweep()).expired).toBeGreaterThan(0)
    expect(bodyOf(await call('getChange', { params: { change: id } }))).toMatchObject({ state: 'expired' })
    expect(bodyOf(await approve(id))).toMatchObject({
      code: 'change_closed',
      detail: 'The change is expired.',
    })
    expect((await changeChain(id)).at(-1)).toMatchObject({
      action: 'change.expired',
      actor: { name: 'watch' },
    })
  })

  it('that cannot be closed keeps no other from being closed, and the sweep fails at its end', async () => {
    await newKey('a_first')
    await newKey('b_second')
    const ids = [await ask('a_first', 5), await ask('b_second', 5)]
    const lab = changeLab(started().reopened())
    lab.advance(WEEK_MS + 60_000)
    // As often as one write is tried.
    await started().faults.set({ dropBefore: true, only: 'TransactWriteItems', times: 4 })
    await expect(lab.sweep()).rejects.toThrow('Some watched or waiting changes were not looked after: 1.')
    await started().faults.clear()
    const kept = await Promise.all(ids.map(async (id) => (await lab.sweeper.changes.get(id))?.state))
    expect(kept).toEqual(['pending', 'expired'])
    expect(await lab.sweep()).toMatchObject({ expired: 1 })
  })

  it('cannot be had by another way: removing, rolling back and setting several wait too, or are refused', async () => {
    await newKey('guarded')
    await approve(await ask('guarded', 5))
    const params = { key: 'guarded' }
    const rollback = await call('rollbackConfig', { params, body: { version: 1 } })
    expect(rollback).toMatchObject({ statusCode: 202 })
    expect(bodyOf(rollback)).toMatchObject({ pending_change: { action: 'config.rolled-back', proposed: 0 } })
    const removal = await call('deleteConfig', { params })
    expect(bodyOf(removal)).toMatchObject({ pending_change: { action: 'config.deleted' } })
    const many = await call('putManyConfig', { body: { values: { guarded: 9 } } })
    expect(bodyOf(many)).toMatchObject({ fields: [{ path: 'body.values.guarded' }] })
    expect(await valueAt('guarded')).toBe(5)
    await approve(String(Object(bodyOf(removal)['pending_change'])['id']))
    expect(bodyOf(await get('guarded'))).toMatchObject({ code: 'unknown_config_key' })
  })

  it('that restores the default lets the default hold', async () => {
    await newKey('restored')
    await approve(await ask('restored', 5))
    const result = await call('rollbackConfig', { params: { key: 'restored' }, body: { version: 1 } })
    await approve(String(Object(bodyOf(result)['pending_change'])['id']))
    expect(bodyOf(await get('restored'))).toMatchObject({ value: 0, is_default: true })
  })

  it('is checked when it is asked for', async () => {
    await newKey('checked')
    expect(bodyOf(await put('checked', { value: 'x' }))).toMatchObject({ status: 422 })
    expect(bodyOf(await get('checked'))).not.toHaveProperty('pending_change')
  })
})

/** Changes of the key `listed`. */
const idsOf = async (query: object) =>
  listed(await call('listChanges', { query: { target: 'listed', ...query } }), 'changes').map(({ id }) => id)

describe('the list of changes', () => {
  it('is filtered by state, kind and target, and read page by page, newest first', async () => {
    await newKey('listed')
    const ids = [await ask('listed', 1), await ask('listed', 2), await ask('listed', 3)]
    await reject(ids[1] ?? '')
    expect(await idsOf({})).toEqual(ids.toReversed())
    expect(await idsOf({ state: 'pending', kind: 'config' })).toEqual([ids[2], ids[0]])
    expect(await idsOf({ state: 'rejected' })).toEqual([ids[1]])
    const page = await call('listChanges', { query: { target: 'listed', limit: '2' } })
    const cursor = String(bodyOf(page)['next_cursor'])
    expect(await idsOf({ limit: '2', cursor })).toEqual([ids[0]])
  })

  it('is filtered by the longest key there can be', async () => {
    expect(await idsOf({ target: 'x'.repeat(128) })).toEqual([])
    const longer = await call('listChanges', { query: { target: 'x'.repeat(129) } })
    expect(bodyOf(longer)).toMatchObject({ status: 422, fields: [{ path: 'query.target' }] })
  })

  it('does not know a change that there is not', async () => {
    const params = { change: '01ARYZ6S410000000000000000' }
    expect(bodyOf(await call('getChange', { params }))).toMatchObject({ status: 404, code: 'unknown_change' })
    expect(bodyOf(await approve(params.change))).toMatchObject({ code: 'unknown_change' })
  })
})
