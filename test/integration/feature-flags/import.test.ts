import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { call, userClaims } from '../../support/config-routes.ts'
import { agreeInTheEnd } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, listed, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const feature = (name: string, strategy = 'default') => ({
  name,
  enabled: true,
  strategies: [{ name: strategy }],
})
const send = (features: readonly object[], query: Readonly<Record<string, string>> = {}, headers = {}) =>
  answerOf(
    callFlags('importFlags', {
      query: { vendor: 'unleash', ...query },
      headers,
      body: { version: 1, features },
    }),
  )
const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => feature(`${prefix}-${n}`))

describe('an import', () => {
  it('saves every flag that can be kept exactly, and says why others are skipped', async () => {
    const answer = await send([
      feature('imported'),
      feature('odd', 'myOwnStrategy'),
      feature('stale'),
      feature('a b'),
    ])
    expect(answer).toMatchObject({ statusCode: 200, imported: ['imported'], dry_run: false })
    const skipped = listed(answer, 'skipped')
    expect(new Set(skipped.map(({ key }) => key))).toEqual(new Set(['a b', 'odd', 'stale']))
    expect(skipped.every(({ reason }) => String(reason).length > 10)).toBe(true)
    expect(await callFlag('getFlag', 'imported')).toMatchObject({
      statusCode: 200,
      origin: 'created',
      version: 1,
    })
    const [first] = listed(await callFlag('getFlagHistory', 'imported'), 'versions')
    expect(first).toMatchObject({ action: 'feature-flag.created', reason: 'imported from unleash' })
  })

  it('that is a dry run says the same and saves nothing', async () => {
    const answer = await send([feature('dry')], { dry_run: 'true' })
    expect(answer).toMatchObject({ statusCode: 200, imported: ['dry'], skipped: [], dry_run: true })
    expect(await callFlag('getFlag', 'dry')).toMatchObject({ statusCode: 404 })
  })

  it('takes no key that is taken, and then saves none', async () => {
    await createFlag('taken')
    const refused = await send([feature('free'), feature('taken'), feature('enable_new_player')])
    expect(refused).toMatchObject({ statusCode: 409, code: 'flag_exists' })
    expect(refused['detail']).toContain('taken, enable_new_player')
    expect(await callFlag('getFlag', 'free')).toMatchObject({ statusCode: 404 })
  })

  it('brings nothing back past a second person, nor with another type', async () => {
    await createFlag('guarded', { approval: 'second', status: 'enabled' })
    const { pending_change: waiting } = await callFlag('archiveFlag', 'guarded')
    const approval = { params: { change: String(Object(waiting)['id']) }, claims: userClaims('bea', 'admin') }
    expect((await call('approveChange', approval)).statusCode).toBe(200)
    const refused = await send([feature('unguarded'), feature('guarded')])
    expect(refused).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body', reason: expect.stringContaining('create guarded one by one') }],
    })
    await createFlag('texts', { type: 'string', variants: { on: 'a', off: 'b' } })
    await callFlag('archiveFlag', 'texts')
    expect(await send([feature('unguarded'), feature('texts')])).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body', reason: expect.stringContaining('must stay "string"') }],
    })
    expect(await callFlag('getFlag', 'unguarded')).toMatchObject({ statusCode: 404 })
  })

  it('holds 45 flags at most', async () => {
    const refused = await send(named('many', 46))
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body'])
    const taken = await send(named('many', 45))
    expect(taken.statusCode).toBe(200)
    expect(listed(await answerOf(callFlags('listFlags', { query: { q: 'many-' } })), 'flags')).toHaveLength(
      45,
    )
  })

  it('takes of a larger file what it names, and a dry run shows the whole', async () => {
    const file = [...named('part', 60), feature('odd part', 'myOwnStrategy')]
    expect(listed(await send(file, { dry_run: 'true' }), 'skipped')).toHaveLength(1)
    const some = await send(file, { keys: 'part-1, part-59,odd part' })
    expect(some).toMatchObject({
      statusCode: 200,
      imported: ['part-1', 'part-59'],
      skipped: [{ key: 'odd part' }],
    })
    expect(await callFlag('getFlag', 'part-2')).toMatchObject({ statusCode: 404 })
    expect(await send(file, { keys: 'part-2,part-60,other' })).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'query.keys', reason: 'must name flags of the file; it has no part-60, other' }],
    })
  })

  it('happens once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    expect(await send([feature('once')], {}, headers)).toMatchObject({ statusCode: 200, imported: ['once'] })
    expect(await send([feature('once')], {}, headers)).toMatchObject({ statusCode: 200, imported: ['once'] })
    expect(await callFlag('getFlag', 'once')).toMatchObject({ version: 1 })
  })

  it('names the vendor, one of those that are known', async () => {
    expect(wrongFields(await send([], { vendor: 'other' }))).toEqual(['query.vendor'])
    expect(wrongFields(await send([], { dry_run: 'maybe' }))).toEqual(['query.dry_run'])
  })

  it('of what is no definition is refused, with the reason', async () => {
    const answer = await answerOf(callFlags('importFlags', { query: { vendor: 'unleash' }, body: { x: 1 } }))
    expect(answer).toMatchObject({
      statusCode: 422,
      fields: [{ path: 'body', reason: expect.stringContaining('format') }],
    })
  })
})
