import { afterEach, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { sweepChanges } from '../../../shared/changes/sweep.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../../shared/kernel/outbox.ts'
import { changeLab, type ChangeLab } from '../../support/change-lab.ts'
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
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const watch = { check: 'database', minutes: 30 }

/** Alerts of all checks are quiet before each test; an alert that comes back would be the same one otherwise. */
function freshLab(): ChangeLab {
  return changeLab(started().table)
}

afterEach(async () => {
  await started().faults.clear()
  const lab = freshLab()
  for (const check of ['database', 'cognito', 's3-avatars']) await lab.resolve(check)
  lab.advance(48 * HOUR_MS)
  await lab.sweep()
})

/** What was announced about a key. */
async function messagesAbout(key: string): Promise<readonly OutboxRow[]> {
  const { items } = await started().table.query<OutboxRow>({
    index: 'gsi1',
    partition: PENDING_PARTITION,
    limit: 200,
  })
  return items.filter(({ id }) => id.startsWith(`config:${key}#`))
}

describe('a watched change', () => {
  it('is taken back when the alert of its check opens: exactly what held before, audited, and announced once', async () => {
    const lab = freshLab()
    await createKey('watched', { default: 7 })
    await put('watched', { value: 1 })
    const result = await put('watched', { value: 2, watch })
    expect(bodyOf(result)).toMatchObject({
      value: 2,
      watch: { check: 'database', ends_at: expect.any(String) },
    })
    expect(await lab.sweep()).toMatchObject({ reverted: 0 })
    expect(await valueAt('watched')).toBe(2)

    const alert = await lab.fire('database')
    expect(await lab.sweep()).toEqual({ reverted: 1, ended: 0, expired: 0 })
    expect(await lab.sweep()).toEqual({ reverted: 0, ended: 0, expired: 0 })
    expect(bodyOf(await get('watched'))).toMatchObject({ value: 1, version: 4, updated_by: 'watch' })
    const events = await chainOf(started().table, 'watched')
    expect(verifyAudit(events, [])).toEqual([])
    expect(events.at(-1)).toMatchObject({
      action: 'config.reverted',
      actor: { kind: 'system', name: 'watch' },
      before: { value: 2 },
      after: { value: 1 },
      reason: `Taken back: Primary database is unhealthy (alert ${alert.id})`,
    })
    expect(await messagesAbout('watched')).toMatchObject([
      {
        id: 'config:watched#3-warning',
        topic: 'warning',
        attributes: { severity: 'warning', status: 'reverted', kind: 'config_change' },
        body: {
          event: 'reverted',
          change: { target: 'watched', reverted_version: 3, version: 4, from: 2, to: 1, changed_by: 'ada' },
          alert: { id: alert.id, check: 'database' },
        },
      },
    ])
  })

  it('of the default goes back to the default', async () => {
    const lab = freshLab()
    await createKey('from_default', { default: 7 })
    await put('from_default', { value: 2, watch })
    await lab.fire('database')
    await lab.sweep()
    expect(bodyOf(await get('from_default'))).toMatchObject({ value: 7, is_default: true })
  })

  it('stays when nothing fires, and its watch ends by itself', async () => {
    const lab = freshLab()
    await createKey('calm')
    await put('calm', { value: 2, watch: { ...watch, minutes: 5 } })
    await lab.fire('cognito')
    lab.advance(4 * MINUTE_MS)
    expect(await lab.sweep()).toEqual({ reverted: 0, ended: 0, expired: 0 })
    lab.advance(2 * MINUTE_MS)
    expect(await lab.sweep()).toEqual({ reverted: 0, ended: 1, expired: 0 })
    await lab.fire('database')
    expect(await lab.sweep()).toEqual({ reverted: 0, ended: 0, expired: 0 })
    expect(await valueAt('calm')).toBe(2)
  })

  it('is never "not modified" when only its watch has ended', async () => {
    const lab = freshLab()
    await createKey('ending')
    const etag = (await put('ending', { value: 2, watch: { ...watch, minutes: 5 } })).headers?.['etag']
    const read = () =>
      call('getConfig', { params: { key: 'ending' }, headers: { 'if-none-match': String(etag) } })
    expect(bodyOf(await read())).toHaveProperty('watch')
    lab.advance(6 * MINUTE_MS)
    await lab.sweep()
    expect(bodyOf(await read())).toMatchObject({ value: 2 })
    expect(bodyOf(await read())).not.toHaveProperty('watch')
  })

  it('stays when the alert opens only after its time, however late that is looked at', async () => {
    const lab = freshLab()
    await createKey('late')
    await put('late', { value: 2, watch: { ...watch, minutes: 5 } })
    lab.advance(6 * MINUTE_MS)
    await lab.fire('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 0, ended: 1 })
    expect(await valueAt('late')).toBe(2)
  })

  it('is taken back even when the alert has opened and ended between two sweeps', async () => {
    const lab = freshLab()
    await createKey('blip')
    await put('blip', { value: 2, watch })
    await lab.fire('database')
    await lab.resolve('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await valueAt('blip')).toBe(0)
  })

  it('is taken back when an alert that had ended before comes back', async () => {
    const lab = freshLab()
    const { id } = await lab.fire('s3-avatars')
    await lab.resolve('s3-avatars')
    await createKey('again')
    await put('again', { value: 2, watch: { alert: id, minutes: 30 } })
    expect(await lab.sweep()).toMatchObject({ reverted: 0 })
    await lab.fire('s3-avatars')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await valueAt('again')).toBe(0)
  })

  it('is taken back when an alert has come back in time and was resolved only after its end', async () => {
    const lab = freshLab()
    await lab.fire('s3-avatars')
    await lab.resolve('s3-avatars')
    await createKey('edge')
    await put('edge', { value: 2, watch: { check: 's3-avatars', minutes: 1 } })
    lab.advance(MINUTE_MS / 2)
    await lab.fire('s3-avatars')
    lab.advance(MINUTE_MS)
    await lab.resolve('s3-avatars')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await valueAt('edge')).toBe(0)
  })

  it('stays as somebody has changed it since', async () => {
    const lab = freshLab()
    await createKey('overtaken')
    await put('overtaken', { value: 2, watch })
    await put('overtaken', { value: 3 })
    await lab.fire('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 0, ended: 1 })
    expect(await valueAt('overtaken')).toBe(3)
    expect(await messagesAbout('overtaken')).toEqual([])
  })

  it('whose key was removed since is forgotten', async () => {
    const lab = freshLab()
    await createKey('removed')
    await put('removed', { value: 2, watch })
    await call('deleteConfig', { params: { key: 'removed' } })
    await lab.fire('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 0, ended: 1 })
  })

  it('is taken back once, by however many sweeps at the same time', async () => {
    const labs = [1, 2, 3, 4].map(freshLab)
    await createKey('crowded')
    await put('crowded', { value: 2, watch })
    await labs[0]?.fire('database')
    const reports = await Promise.all(labs.map((lab) => lab.sweep()))
    expect(reports.reduce((sum, { reverted }) => sum + reverted, 0)).toBe(1)
    expect(await chainOf(started().table, 'crowded')).toHaveLength(3)
    expect(await messagesAbout('crowded')).toHaveLength(1)
  })

  it('is taken back once although the answer to the transaction is lost', async () => {
    const lab = freshLab()
    await createKey('unheard')
    await put('unheard', { value: 2, watch })
    await lab.fire('database')
    await started().faults.set({ dropAfterCommit: true, only: 'TransactWriteItems', times: 1 })
    await lab.sweep()
    await started().faults.clear()
    await lab.sweep()
    expect(await chainOf(started().table, 'unheard')).toHaveLength(3)
    expect(await messagesAbout('unheard')).toHaveLength(1)
    expect(await valueAt('unheard')).toBe(0)
  })

  it('is taken back by a later sweep when the store fails during one, and nothing is half-done', async () => {
    await createKey('broken')
    await put('broken', { value: 2, watch })
    const lab = freshLab()
    await lab.fire('database')
    await started().faults.set({ dropBefore: true, only: 'TransactWriteItems' })
    const failing = changeLab(started().reopened())
    await expect(failing.sweep()).rejects.toThrow('Some watched or waiting changes were not looked after: 1.')
    await started().faults.clear()
    expect(await valueAt('broken')).toBe(2)
    expect(await messagesAbout('broken')).toEqual([])
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await valueAt('broken')).toBe(0)
  })

  it('costs no look at its alert of its own: one is enough for all that it watches', async () => {
    const lab = freshLab()
    for (const key of ['one', 'two', 'three']) {
      await createKey(`shared_${key}`)
      await put(`shared_${key}`, { value: 2, watch })
    }
    const asked: string[] = []
    const latest = (fingerprint: string) => {
      asked.push(fingerprint)
      return lab.sweeper.alerts.latest(fingerprint)
    }
    await lab.fire('database')
    const report = await sweepChanges({ ...lab.sweeper, alerts: { latest } })
    expect(report).toMatchObject({ reverted: 3 })
    expect(asked).toHaveLength(1)
  })

  it('may be a rollback as well', async () => {
    const lab = freshLab()
    await createKey('rolled')
    await put('rolled', { value: 1 })
    await put('rolled', { value: 2 })
    const body = { version: 2, watch }
    expect(bodyOf(await call('rollbackConfig', { params: { key: 'rolled' }, body }))).toMatchObject({
      value: 1,
    })
    await lab.fire('database')
    await lab.sweep()
    expect(await valueAt('rolled')).toBe(2)
  })

  it('shows its watch in the history', async () => {
    await createKey('told')
    await put('told', { value: 1, watch })
    const history = await call('listConfigHistory', { params: { key: 'told' } })
    expect(listed(history, 'versions')[0]).toMatchObject({ watch: { check: 'database' } })
  })
})

describe('a watch', () => {
  it.each<[string, object, string]>([
    ['neither alert nor check', { minutes: 1 }, 'body.watch.check'],
    [
      'both',
      { check: 'database', alert: '01ARYZ6S410000000000000000-0123456789abcdef', minutes: 1 },
      'body.watch.check',
    ],
    ['no time', { check: 'database', minutes: 0 }, 'body.watch.minutes'],
    ['more than a day', { check: 'database', minutes: 1_441 }, 'body.watch.minutes'],
    ['a check that there is not', { check: 'nope', minutes: 1 }, 'body.watch.check'],
    [
      'an alert that there is not',
      { alert: '01ARYZ6S410000000000000000-0123456789abcdef', minutes: 1 },
      'body.watch.alert',
    ],
  ])('with %s is refused', async (_what, wrong, path) => {
    const result = await put('max_upload_size_mb', { value: 600, watch: wrong })
    expect(bodyOf(result)).toMatchObject({ status: 422, fields: [{ path }] })
    expect(bodyOf(await get('max_upload_size_mb'))).toMatchObject({ version: 0 })
  })

  it('on what is firing already is refused', async () => {
    const lab = freshLab()
    const { id } = await lab.fire('database')
    for (const asked of [watch, { alert: id, minutes: 30 }]) {
      expect(bodyOf(await put('max_upload_size_mb', { value: 600, watch: asked }))).toMatchObject({
        status: 422,
        fields: [{ reason: `must not be firing already: see alert ${id}` }],
      })
    }
  })

  it('that could not begin is refused also where the change has to wait', async () => {
    const lab = freshLab()
    await createKey('unwatchable', { approval: 'second' })
    const unknown = await put('unwatchable', { value: 2, watch: { ...watch, check: 'nope' } })
    expect(bodyOf(unknown)).toMatchObject({ status: 422, fields: [{ path: 'body.watch.check' }] })
    const { id } = await lab.fire('database')
    expect(bodyOf(await put('unwatchable', { value: 2, watch }))).toMatchObject({
      status: 422,
      fields: [{ path: 'body.watch.check', reason: `must not be firing already: see alert ${id}` }],
    })
    expect(bodyOf(await get('unwatchable'))).not.toHaveProperty('pending_change')
  })

  it('of an approved change begins with its approval', async () => {
    const lab = freshLab()
    await createKey('approved', { approval: 'second' })
    const waiting = bodyOf(await put('approved', { value: 2, watch }))
    const params = { change: String(Object(waiting['pending_change'])['id']) }
    expect(await lab.sweep()).toMatchObject({ ended: 0 })
    await call('approveChange', { params, claims: userClaims('tom', 'admin') })
    expect(await valueAt('approved')).toBe(2)
    await lab.fire('database')
    expect(await lab.sweep()).toMatchObject({ reverted: 1 })
    expect(await valueAt('approved')).toBe(0)
  })
})
