import { PRIVATE_TARGETS, SEVERITIES } from '../../shared/health/check.ts'
import { PROBE_QUEUE } from '../../shared/prober/contract.ts'
import type { Emulators } from './emulators.ts'
import type { FaultTarget } from './faults.ts'
import { BUCKETS, LOCAL_CREDENTIALS, REGION, TABLE_NAME, topicName, USER_POOL_ID } from './names.ts'

/** Which service each proxied stand-in is, as the SDK spells it in `AWS_ENDPOINT_URL_…`. */
const SERVICES = {
  dynamodb: 'DYNAMODB',
  s3: 'S3',
  sns: 'SNS',
  sqs: 'SQS',
  cognito: 'COGNITO_IDENTITY_PROVIDER',
} as const satisfies Partial<Record<FaultTarget, string>>

function urlOf({ proxies }: Emulators, target: FaultTarget): string {
  const url = proxies[target]?.url
  if (url === undefined) throw new Error(`The target "${target}" has no proxy.`)
  return url
}

function endpoints(emulators: Emulators): Record<string, string> {
  const proxied: FaultTarget[] = ['dynamodb', 's3', 'sns', 'sqs', 'cognito']
  const services: Partial<Record<FaultTarget, string>> = SERVICES
  return Object.fromEntries(
    proxied.map((target) => [`AWS_ENDPOINT_URL_${services[target]}`, urlOf(emulators, target)]),
  )
}

/**
 * The environment of every function: what a deployment would set, and endpoints that lead to the stand-ins.
 * @param settings beside or in place of those that the platform definition names
 */
export function functionEnvironment(
  emulators: Emulators,
  options: {
    readonly tickSeconds: number
    readonly version: string
    readonly settings: Readonly<Record<string, string>>
  },
): Record<string, string> {
  const { messaging } = emulators
  const topics = SEVERITIES.map((severity) => [
    `MIDWATCH_TOPIC_${severity.toUpperCase()}`,
    messaging.topicArn(topicName(severity)),
  ])
  const queuePath = new URL(messaging.queueUrl(PROBE_QUEUE)).pathname
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...endpoints(emulators),
    POWERTOOLS_SERVICE_NAME: 'midwatch',
    MIDWATCH_TABLE: TABLE_NAME,
    MIDWATCH_VERSION: options.version,
    MIDWATCH_TICK_SECONDS: String(options.tickSeconds),
    ...Object.fromEntries(topics),
    // SQS clients go where the queue's URL points, so it has to lead through the proxy itself.
    MIDWATCH_PROBE_QUEUE_URL: `${urlOf(emulators, 'sqs')}${queuePath}`,
    // The emulator shares this machine with everything else.
    MIDWATCH_LIMITER_BUDGET_MS: '500',
    MIDWATCH_AUDIT_BUCKET: BUCKETS.audit,
    DATABASE_URL: emulators.databaseUrl,
    AVATARS_BUCKET: BUCKETS.avatars,
    BACKLOT_BUCKET: BUCKETS.backlot,
    USER_POOL_ID,
    EXTERNAL_API_URL: `${urlOf(emulators, 'external-api')}/status`,
    // The stand-in has a private address, as only this machine may reach it.
    ...options.settings,
    [PRIVATE_TARGETS]: [new URL(urlOf(emulators, 'external-api')).host, options.settings[PRIVATE_TARGETS]]
      .filter((list) => list !== undefined)
      .join(','),
  }
}
