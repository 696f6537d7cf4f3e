import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const put = (key: string, body: object, headers = {}) => callFlag('putFlag', key, { body, headers })
const ranking = {
  category: 'experiment',
  type: 'string',
  variants: { classic: 'c', fuzzy: 'f' },
  on: 'fuzzy',
  off: 'classic',
}

describe('a new flag', () => {
  it('is answered as it is then read, with its version as the ETag', async () => {
    const made = await callFlags('createFlag', { body: { key: 'fresh', tags: ['a'], reason: 'Needed' } })
    expect(made).toMatchObject({ statusCode: 201, headers: { etag: '"1"' } })
    const read = await callFlags('getFlag', { params: { key: 'fresh' } })
    expect(read).toMatchObject({ statusCode: 200, headers: { etag: '"1"' } })
    expect(JSON.parse(read.body ?? '')).toEqual(JSON.parse(made.body ?? ''))
  })

  it('does not take the key of another, defined or created', async () => {
    await createFlag('taken')
    for (const key of ['taken', 'enable_new_player']) {
      const refused = await answerOf(callFlags('createFlag', { body: { key } }))
      expect(refused).toMatchObject({ statusCode: 409, code: 'flag_exists' })
      expect(refused['detail']).toContain(key)
    }
  })

  it.each([
    'stale',
    'bundles',
    'import',
    'public-key',
    '',
    '.',
    '..',
    '__proto__',
    'a b',
    'a/b',
    'ü',
    'x'.repeat(129),
  ])('may not be called %j', async (key) => {
    const refused = await answerOf(callFlags('createFlag', { body: { key } }))
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body.key'])
  })

  it.each(['constructor', 'toString', 'A.b-c_1', '...', 'x'.repeat(128)])('may be called %j', async (key) => {
    await createFlag(key, { status: 'enabled' })
    expect(await callFlag('getFlag', key)).toMatchObject({ key, status: 'enabled' })
  })

  it.each([
    [{ variants: { on: true } }, ['body.off']],
    [{ type: 'number' }, ['body.variants.on', 'body.variants.off']],
    [{ ...ranking, on: 'best' }, ['body.on']],
    [{ status: 'percentage' }, ['body.percentage']],
    [
      { status: 'percentage', percentage: 50, split: [{ variant: 'on', percentage: 5 }] },
      ['body.percentage'],
    ],
    [{ percentage: 0.0001 }, ['body.percentage']],
    [{ percentage: 100.001 }, ['body.percentage']],
    [{ split: [{ variant: 'maybe', percentage: 5 }] }, ['body.split.0.variant']],
    [{ split: ['on', 'off'].map((variant) => ({ variant, percentage: 50.001 })) }, ['body.split']],
    [{ rules: [{ when: [] }] }, ['body.rules.0.variant']],
    [{ rules: [{ variant: 'on', split: [] }] }, ['body.rules.0.variant']],
    [
      { rules: [{ variant: 'on', when: [{ attribute: 'plan', operator: 'in' }] }] },
      ['body.rules.0.when.0.values'],
    ],
    [
      { rules: [{ variant: 'on', when: [{ attribute: 'toString', operator: 'present' }] }] },
      ['body.rules.0.when.0.attribute'],
    ],
    [{ schedule: { from: '2026-03-02T00:00:00Z', until: '2026-03-01T00:00:00Z' } }, ['body.schedule.until']],
    [{ schedule: { from: 'tomorrow' } }, ['body.schedule.from']],
    [{ expires: '2026-02-30' }, ['body.expires']],
    [
      { targets: [1, 2].map(() => ({ target_type: 'user', target_value: 'ada' })) },
      ['body.targets.1.target_value'],
    ],
    [
      { variants: { on: true, off: false, toString: true }, prerequisites: [{ flag: 'x', variant: '' }] },
      ['body.prerequisites.0.variant'],
    ],
    [{ variants: { on: true, off: false, constructor: true } }, ['body.variants.constructor']],
    [{ type: 'json', variants: { on: { a: { constructor: 1 } }, off: {} } }, ['body.variants.on']],
  ])('is refused as %j: %j', async (fields, paths) => {
    const refused = await answerOf(callFlags('createFlag', { body: { key: 'refused', ...fields } }))
    expect(refused).toMatchObject({ statusCode: 422, code: 'invalid_input' })
    expect(wrongFields(refused)).toEqual(paths)
    expect(await callFlag('getFlag', 'refused')).toMatchObject({ statusCode: 404 })
  })

  it.each([
    'category',
    'type',
    'targets',
    'rules',
    'prerequisites',
    'schedule',
    'approval',
    'status',
    'split',
    'percentage',
  ])('that is a killswitch has no %s of its own', async (field) => {
    const values: Readonly<Record<string, unknown>> = {
      category: 'toggle',
      type: 'string',
      targets: [{ target_type: 'user', target_value: 'ada' }],
      rules: [{ variant: 'on' }],
      prerequisites: [{ flag: 'enable_new_player', variant: 'on' }],
      schedule: { from: '2026-03-02T00:00:00Z' },
      approval: 'second',
      status: 'targeted',
      split: [{ variant: 'on', percentage: 5 }],
      percentage: 50,
    }
    const body = { key: 'refused', category: 'killswitch', [field]: values[field] }
    const refused = await answerOf(callFlags('createFlag', { body }))
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toContain(`body.${field}`)
  })
})

describe('a saved flag', () => {
  it('has what is left out at its default, and keeps salt, hash, start and scale', async () => {
    const bucketing = { hash: 'flagd', salt: 'pepper', by: 'organization', start: 12.5, scale: 100 }
    await createFlag('salted', { ...ranking, bucketing, owner: 'search', tags: ['a'] })
    const saved = await put('salted', { ...ranking, description: 'New' })
    expect(saved).toMatchObject({
      statusCode: 200,
      bucketing,
      owner: '',
      tags: [],
      description: 'New',
      version: 2,
    })
    const turned = await put('salted', { ...ranking, bucketing: { hash: 'murmur3' } })
    expect(turned['bucketing']).toEqual({ hash: 'murmur3', salt: 'pepper' })
    const moved = await put('salted', { ...ranking, bucketing: { salt: 'other' } })
    expect(moved['bucketing']).toEqual({ hash: 'murmur3', salt: 'other' })
  })

  it('can be sent back as it was read', async () => {
    await createFlag('echo', {
      ...ranking,
      split: [{ variant: 'fuzzy', percentage: 0.001 }],
      status: 'percentage',
    })
    const {
      targets: _targets,
      percentage: _percentage,
      origin: _origin,
      ...read
    } = await callFlag('getFlag', 'echo')
    const {
      key: _key,
      version: _version,
      updated_at: _at,
      updated_by: _by,
      statusCode: _status,
      ...body
    } = read
    const saved = await put('echo', body)
    expect(saved).toMatchObject({ ...body, percentage: 0.001, version: 2 })
  })

  it('has a new version though nothing is different: somebody has said so', async () => {
    await createFlag('same', ranking)
    expect(await put('same', ranking)).toMatchObject({ version: 2 })
  })

  it('has to exist', async () => {
    expect(await put('nobody', {})).toMatchObject({ statusCode: 404, code: 'unknown_flag' })
  })
})

describe('If-Match', () => {
  it('lets exactly the version that was read be changed', async () => {
    await createFlag('matched')
    expect(await put('matched', {}, { 'if-match': '"1"' })).toMatchObject({ statusCode: 200, version: 2 })
    const stale = await callFlags('putFlag', {
      params: { key: 'matched' },
      body: {},
      headers: { 'if-match': '"1"' },
    })
    expect(stale).toMatchObject({ statusCode: 412, headers: { etag: '"2"' } })
    expect(await put('matched', {}, { 'if-match': '*' })).toMatchObject({ version: 3 })
    expect(await put('enable_new_player', {}, { 'if-match': '"0"' })).toMatchObject({ version: 1 })
  })

  it.each([
    ['putFlag', { body: {} }],
    ['archiveFlag', {}],
    ['enableFlag', {}],
    ['disableFlag', {}],
    ['setPercentage', { query: { percentage: '5' } }],
    ['addTarget', { body: { target_type: 'user', target_value: 'ada' } }],
    ['rollBackFlag', { body: { version: 1 } }],
  ] as const)('is kept to by %s', async (name, parts) => {
    await createFlag(`held-${name}`)
    const ask = (tag: string) => callFlag(name, `held-${name}`, { ...parts, headers: { 'if-match': tag } })
    expect(await ask('"7"')).toMatchObject({ statusCode: 412, code: 'stale_version' })
    for (const tag of ['1', 'W/1', '"1', '']) {
      const malformed = await ask(tag)
      expect(malformed.statusCode).toBe(422)
      expect(wrongFields(malformed)).toEqual(['headers.if-match'])
    }
    expect(await callFlag('getFlag', `held-${name}`)).toMatchObject({ version: 1 })
  })
})
