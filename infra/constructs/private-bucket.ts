import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledge } from '../reasons.ts'

const common = {
  encryption: BucketEncryption.S3_MANAGED,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
}

/**
 * Holds the published heads of the audit chains, one small object a day. Versions are kept, and with `lockDays` nobody
 * can delete or replace one before that time is over.
 */
export function auditBucket(
  scope: Construct,
  id: string,
  {
    removalPolicy,
    lockDays,
  }: { readonly removalPolicy: RemovalPolicy; readonly lockDays: number | undefined },
): Bucket {
  const bucket = new Bucket(scope, id, {
    ...common,
    removalPolicy,
    versioned: true,
    ...(lockDays && { objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(lockDays)) }),
  })
  acknowledge(bucket, 'AwsSolutions-S1', 'audit-access-log')
  return bucket
}

/** Stands for a bucket of the platform where a stage names none: it holds the canary object and nothing else. */
export function canaryBucket(scope: Construct, id: string, removalPolicy: RemovalPolicy): Bucket {
  const bucket = new Bucket(scope, id, { ...common, removalPolicy })
  acknowledge(bucket, 'AwsSolutions-S1', 'canary-access-log')
  return bucket
}
