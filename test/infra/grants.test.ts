import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { ENTITIES } from '../../shared/kernel/grants.ts'
import { functions } from '../../shared/manifest.ts'
import { EVERYTHING } from './everything.ts'
import { synthesize } from './synthesized.ts'
import { functionNamed, functionsOf, statementsOf, type Statement } from './template.ts'

const { app } = synthesize('dev')
const full = synthesize('prod', { changes: EVERYTHING }).app

const onItems = ({ Action }: Statement) =>
  Action.some((action) => action.startsWith('dynamodb:') && !/Stream|Shard|Records/.test(action))
const LeadingKeys = z.object({
  'ForAllValues:StringLike': z.object({
    'dynamodb:LeadingKeys': z.union([z.array(z.string()), z.string().transform((key) => [key])]),
  }),
  Null: z.object({ 'dynamodb:LeadingKeys': z.literal('false') }),
})
const keysOf = ({ Condition }: Statement) =>
  LeadingKeys.parse(Condition)['ForAllValues:StringLike']['dynamodb:LeadingKeys']

describe('the functions’ roles', () => {
  it('are one a function', () => {
    const roles = functionsOf(full).map(({ roleId }) => roleId)
    expect(new Set(roles).size).toBe(roles.length)
    expect(
      functionsOf(app)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(functions.map(({ name }) => name).toSorted())
  })

  it('allow no action by wildcard, and no scan', () => {
    const roles = full.ofType('AWS::IAM::Role').map(({ id }) => id)
    const actions = roles.flatMap((id) => statementsOf(full, id)).flatMap(({ Action }) => Action)
    expect(actions.length).toBeGreaterThan(50)
    expect(actions.filter((action) => /\*|Scan|PartiQL/.test(action))).toEqual([])
  })

  it('have no managed policy', () => {
    const managed = full
      .ofType('AWS::IAM::Role')
      .filter(({ Properties }) => 'ManagedPolicyArns' in Properties)
    expect(managed).toEqual([])
  })

  it('reach all resources only where the action knows none', () => {
    const open = functionsOf(full).flatMap(({ statements }) =>
      statements.filter(({ Resource }) => Resource === '*'),
    )
    expect(
      open
        .flatMap(({ Action }) => Action)
        .filter((action) => !/^ec2:.*(?:Network|Subnets|Addresses)/.test(action)),
    ).toEqual([])
  })

  it.each(functions.map((spec) => [spec.name, spec] as const))(
    'let %s touch the entities that it uses, and no other',
    (name, { uses }) => {
      const { statements } = functionNamed(app, name)
      for (const right of ['read', 'write'] as const) {
        const granted = Object.entries(ENTITIES).flatMap(([entity, prefix]) =>
          uses.some((grant) => grant === `${entity}:${right}`) ? [`${prefix}*`] : [],
        )
        const sid = right === 'read' ? 'ReadItems' : 'WriteItems'
        const found = statements.filter(({ Sid }) => Sid === sid).flatMap(keysOf)
        expect(found.toSorted()).toEqual(granted.toSorted())
      }
    },
  )

  it('limit every statement about items to partitions', () => {
    const statements = functionsOf(full).flatMap((declared) => declared.statements.filter(onItems))
    expect(statements.length).toBeGreaterThan(functions.length)
    expect(statements.flatMap(keysOf).every((key) => /^[A-Z]+#\*$/.test(key))).toBe(true)
  })

  it('let nobody but the probers and nothing but a canary into the platform’s buckets', () => {
    const touching = functionsOf(full).filter(({ statements }) =>
      JSON.stringify(statements).includes('avatars-of-ours'),
    )
    expect(touching.map(({ name }) => name).toSorted()).toEqual([
      'prober-batch',
      'prober-http',
      'prober-tick',
      'prober-tick-vpc',
    ])
    const objects = touching.flatMap(({ statements }) =>
      statements.filter(({ Action }) => Action.includes('s3:PutObject')),
    )
    expect(objects.every(({ Resource }) => JSON.stringify(Resource).includes('/midwatch/canary'))).toBe(true)
  })

  it('sign in to the database only where a stage names a login', () => {
    expect(app.text).not.toContain('rds-db:connect')
    expect(full.text).toContain('dbuser:db-ABCDEFGHIJKL/midwatch')
  })

  it('publish to the severity topics from the outbox alone', () => {
    const publishing = functionsOf(app).filter(({ statements }) =>
      statements.some(({ Action }) => Action.includes('sns:Publish')),
    )
    expect(publishing.map(({ name }) => name).toSorted()).toEqual(['outbox-publish', 'outbox-sweep'])
  })
})
