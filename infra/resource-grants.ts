import { Aws } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Setting } from '../shared/health/check.ts'
import type { Platform } from '../shared/platforms/define.ts'
import type { GrantTargets } from './grants.ts'
import { checksOf } from './platform-targets.ts'
import type { Stage } from './stages.ts'

/** The objects that hold published heads of the audit chains. */
export const AUDIT_HEADS = 'audit-heads/*'

/** What stands behind the resource grants of one deployment. */
interface Resources {
  readonly platform: Platform
  /** Values by setting. */
  readonly settings: ReadonlyMap<string, string>
  readonly topicArns: readonly string[]
  readonly probeQueueArn: string
  readonly auditBucketArn: string
  readonly databaseLogin: Stage['databaseLogin']
}

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement[] =>
  resources.length === 0 ? [] : [new PolicyStatement({ actions: [...actions], resources: [...resources] })]

/** The address that a check points at; nothing when this deployment lacks the setting. */
function addressOf({ settings }: Resources, address: string | Setting): string[] {
  const value = typeof address === 'string' ? address : settings.get(address.setting)
  return value === undefined ? [] : [value]
}

function bucketStatements(resources: Resources): PolicyStatement[] {
  const canaries = checksOf(resources.platform, 's3').flatMap(({ target }) =>
    addressOf(resources, target.bucket).map((bucket) => ({
      bucket: `arn:${Aws.PARTITION}:s3:::${bucket}`,
      canaryKey: target.canaryKey,
    })),
  )
  return [
    ...allow(
      ['s3:ListBucket'],
      canaries.map(({ bucket }) => bucket),
    ),
    ...allow(
      ['s3:GetObject', 's3:PutObject'],
      canaries.map(({ bucket, canaryKey }) => `${bucket}/${canaryKey}`),
    ),
  ]
}

const userPoolArn = (pool: string): string =>
  `arn:${Aws.PARTITION}:cognito-idp:${Aws.REGION}:${Aws.ACCOUNT_ID}:userpool/${pool}`

function userPoolStatements(resources: Resources): PolicyStatement[] {
  const pools = checksOf(resources.platform, 'cognito').flatMap(({ target }) =>
    addressOf(resources, target.userPoolId),
  )
  return allow(['cognito-idp:DescribeUserPool'], pools.map(userPoolArn))
}

/** `https://sqs.<region>.amazonaws.com/<account>/<name>` as an ARN. */
function queueArn(url: string): string {
  const [, region, account, name] = /^https:\/\/sqs\.([^.]+)\.[^/]+\/(\d+)\/([^/]+)$/.exec(url) ?? []
  if (name === undefined) throw new Error(`The queue "${url}" is not a URL of SQS.`)
  return `arn:${Aws.PARTITION}:sqs:${region}:${account}:${name}`
}

/** CloudWatch has no resources for metrics, so reading one is allowed for all; the reason is written down there. */
function queueStatements(resources: Resources): PolicyStatement[] {
  const targets = checksOf(resources.platform, 'sqs').map(({ target }) => target)
  const urls = targets.flatMap(({ queueUrl, deadLetterQueueUrl }) =>
    [queueUrl, ...(deadLetterQueueUrl === undefined ? [] : [deadLetterQueueUrl])].flatMap((address) =>
      addressOf(resources, address),
    ),
  )
  const readsAge = targets.some(({ maxOldestAgeSeconds }) => maxOldestAgeSeconds !== undefined)
  return [
    ...allow(['sqs:GetQueueAttributes'], urls.map(queueArn)),
    ...allow(['cloudwatch:GetMetricStatistics'], readsAge ? ['*'] : []),
  ]
}

function databaseStatements({ databaseLogin }: Resources): PolicyStatement[] {
  if (databaseLogin === undefined) return []
  const { resourceId, user } = databaseLogin
  const arn = `arn:${Aws.PARTITION}:rds-db:${Aws.REGION}:${Aws.ACCOUNT_ID}:dbuser:${resourceId}/${user}`
  return allow(['rds-db:connect'], [arn])
}

/** What each resource grant opens on this deployment. */
export function resourceGrants(resources: Resources): GrantTargets['resources'] {
  const { auditBucketArn } = resources
  return {
    'severity-topics:publish': allow(['sns:Publish'], resources.topicArns),
    'probe-queue:send': allow(['sqs:SendMessage'], [resources.probeQueueArn]),
    'audit-bucket:write': allow(['s3:PutObject'], [`${auditBucketArn}/${AUDIT_HEADS}`]),
    'platform-buckets:probe': bucketStatements(resources),
    'user-pool:describe': userPoolStatements(resources),
    'platform-queues:describe': queueStatements(resources),
    'database:connect': databaseStatements(resources),
  }
}
