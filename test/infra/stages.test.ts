import { describe, expect, it } from 'vitest'
import { parseStage, stageNamed } from '../../infra/stages.ts'
import { TABLE_SCHEMA } from '../../shared/kernel/table/schema.ts'
import { EVERYTHING } from './everything.ts'
import { synthesize } from './synthesized.ts'

const dev = synthesize('dev').data
const prod = synthesize('prod').data
const full = synthesize('prod', { changes: EVERYTHING })
const STATEFUL = ['AWS::DynamoDB::GlobalTable', 'AWS::Cognito::UserPool', 'AWS::S3::Bucket']

describe('a stage', () => {
  it('keeps its data in prod and nothing in dev', () => {
    for (const type of STATEFUL) {
      expect(new Set(prod.ofType(type).map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(
        new Set(['Retain']),
      )
      expect(new Set(dev.ofType(type).map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(
        new Set(['Delete']),
      )
    }
  })

  it('refuses in prod to have its table or user pool deleted', () => {
    const guards = (stack: typeof dev) => [
      ...stack.ofType('AWS::Cognito::UserPool').map(({ Properties }) => Properties['DeletionProtection']),
      JSON.stringify(stack.ofType('AWS::DynamoDB::GlobalTable')).includes('"DeletionProtectionEnabled":true'),
    ]
    expect(guards(prod)).toEqual(['ACTIVE', true])
    expect(guards(dev)).toEqual(['INACTIVE', false])
  })

  it('locks published audit heads in prod', () => {
    const locked = (stack: typeof dev) =>
      stack.ofType('AWS::S3::Bucket').filter(({ Properties }) => Properties['ObjectLockEnabled'] === true)
    expect(locked(prod)).toHaveLength(1)
    expect(locked(dev)).toHaveLength(0)
  })

  it('brings its own user pool or uses the one that it names', () => {
    expect(full.data.ofType('AWS::Cognito::UserPool')).toEqual([])
    expect(JSON.stringify(full.app.ofType('AWS::ApiGatewayV2::Authorizer'))).toContain('us-east-1_Existing1')
    const groups = dev.ofType('AWS::Cognito::UserPoolGroup').map(({ Properties }) => Properties['GroupName'])
    expect(groups).toEqual(['superadmin', 'admin', 'responder', 'viewer'])
  })

  it('gets a canary bucket for each bucket setting that it leaves open', () => {
    expect(dev.ofType('AWS::S3::Bucket')).toHaveLength(3)
    expect(full.data.ofType('AWS::S3::Bucket')).toHaveLength(2)
  })

  it('holds no secret, only the place where CloudFormation finds it', () => {
    expect(() =>
      parseStage({ ...stageNamed('dev'), settings: { DATABASE_URL: { secret: '', field: 'url' } } }),
    ).toThrow('settings')
    expect(full.app.text).not.toMatch(/postgres(?:ql)?:\/\//)
  })

  it('may set nothing that no check points at', () => {
    const settings = { DATABSE_URL: 'postgres://db.internal/app' }
    expect(() => synthesize('dev', { changes: { settings } })).toThrow(
      'The stage sets DATABSE_URL, which no check of second-watch-network points at.',
    )
  })

  it('is known by name, and a wrong name is answered with those there are', () => {
    expect(() => stageNamed('staging')).toThrow('There is no stage "staging"; there are: dev, prod.')
  })
})

describe('the table', () => {
  it('is what the stores assume, with recovery, a stream and encrypted buckets beside it', () => {
    const [table] = dev.ofType('AWS::DynamoDB::GlobalTable')
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: TABLE_SCHEMA.timeToLive, Enabled: true },
      KeySchema: [
        { AttributeName: TABLE_SCHEMA.partitionKey, KeyType: 'HASH' },
        { AttributeName: TABLE_SCHEMA.sortKey, KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: TABLE_SCHEMA.indexes.map(({ name }) => ({
        IndexName: name,
        Projection: { ProjectionType: 'ALL' },
      })),
    })
    expect(JSON.stringify(table)).toContain('"PointInTimeRecoveryEnabled":true')
  })

  it('has no bucket beside it that is public, plain or reachable without TLS', () => {
    const buckets = prod.ofType('AWS::S3::Bucket').map(({ Properties }) => Properties)
    for (const bucket of buckets) {
      expect(bucket['PublicAccessBlockConfiguration']).toMatchObject({
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      })
      expect(bucket).toHaveProperty('BucketEncryption')
    }
    expect(prod.ofType('AWS::S3::BucketPolicy')).toHaveLength(buckets.length)
  })
})
