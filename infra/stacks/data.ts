import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { auditBucket, canaryBucket } from '../constructs/private-bucket.ts'
import { SignIn, type TokenIssuer } from '../constructs/sign-in.ts'
import { StateTable } from '../constructs/state-table.ts'
import { unnamedBuckets } from '../platform-targets.ts'
import type { Stage } from '../stages.ts'
import { platformNamed } from '../../shared/platforms/index.ts'

interface DataStackProps extends StackProps {
  readonly prefix: string
  readonly stage: Stage
}

/** What the ARN of the audit bucket is exported as. */
export const auditBucketExport = (prefix: string): string => `${prefix}-audit-bucket-arn`

/** What has state: the table, the users and the buckets. It changes rarely, and outlives the app where that is declared. */
export class DataStack extends Stack {
  readonly table: TableV2
  readonly indexArns: readonly string[]
  readonly auditBucket: Bucket
  /** Exported by a name of its own, so that a validator's finding about it can be named. */
  readonly auditBucketArn: string
  readonly tokens: TokenIssuer
  /** Buckets that were made for settings which the stage leaves open, by the setting's name. */
  readonly canaryBuckets: ReadonlyMap<string, Bucket>

  constructor(scope: Construct, id: string, { prefix, stage, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: stage.keepData })
    const removalPolicy = stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    const kept = { prefix, removalPolicy, deletionProtection: stage.keepData }
    const { table, indexArns } = new StateTable(this, 'State', kept)
    this.table = table
    this.indexArns = indexArns
    this.auditBucket = auditBucket(this, 'AuditHeads', { removalPolicy, lockDays: stage.auditLockDays })
    this.auditBucketArn = this.exportValue(this.auditBucket.bucketArn, { name: auditBucketExport(prefix) })
    this.canaryBuckets = new Map(
      unnamedBuckets(platformNamed(stage.platform), stage.settings).map((setting) => [
        setting,
        canaryBucket(this, setting, removalPolicy),
      ]),
    )
    this.tokens = this.#tokenIssuer(stage, kept)
    const buckets = [this.auditBucket, ...this.canaryBuckets.values()].map((bucket) => bucket.bucketName)
    new CfnOutput(this, 'TableName', { value: this.table.tableName })
    new CfnOutput(this, 'Buckets', { value: buckets.join(',') })
  }

  #tokenIssuer(
    { userPool }: Stage,
    kept: {
      readonly prefix: string
      readonly removalPolicy: RemovalPolicy
      readonly deletionProtection: boolean
    },
  ): TokenIssuer {
    if (userPool !== undefined) return { userPoolId: userPool.id, clientIds: userPool.clientIds }
    const { pool, people, machines, tokenUrl } = new SignIn(this, 'SignIn', kept)
    new CfnOutput(this, 'UserPoolId', { value: pool.userPoolId })
    new CfnOutput(this, 'ClientId', { value: people.userPoolClientId })
    new CfnOutput(this, 'MachineClientId', { value: machines.userPoolClientId })
    new CfnOutput(this, 'TokenUrl', { value: tokenUrl })
    return {
      userPoolId: pool.userPoolId,
      clientIds: [people.userPoolClientId, machines.userPoolClientId],
    }
  }
}
