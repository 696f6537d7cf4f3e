import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { alertStore } from '../../shared/alerts/store.ts'
import { probes } from '../../shared/health/probes/index.ts'
import type { ProbeServices } from '../../shared/health/probe.ts'
import { healthStore } from '../../shared/health/store.ts'
import { signalsOf } from '../../shared/heartbeats/store.ts'
import { openContainer, type Container } from '../../shared/kernel/container.ts'
import type { Platform } from '../../shared/platforms/define.ts'
import { platformNamed } from '../../shared/platforms/index.ts'
import type { Runner } from '../../shared/prober/run-batch.ts'

/** What the prober's functions have. */
export interface ProberDeps {
  readonly container: Container
  readonly platform: Platform
  readonly runner: Runner
  readonly sqs: SQSClient
}

/**
 * A probe makes one attempt; repeating it is the prober's business, not the SDK's. Each opens its own connection: one that
 * was kept since the last tick may have been closed while the container was frozen, which says nothing of the target.
 */
const ONE_ATTEMPT = {
  maxAttempts: 1,
  requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
}

function probeServices({ effects, env, table }: Container): ProbeServices {
  return {
    effects,
    region: env.AWS_REGION,
    s3: new S3Client(ONE_ATTEMPT),
    sqs: new SQSClient(ONE_ATTEMPT),
    cognito: new CognitoIdentityProviderClient(ONE_ATTEMPT),
    heartbeat: (checkId) => signalsOf(table, checkId, effects.now(), effects.id()),
  }
}

/** Makes the prober's dependencies. */
export function proberDeps(container: Container = openContainer()): ProberDeps {
  const { effects, table, env } = container
  const platform = platformNamed(env.MIDWATCH_PLATFORM)
  return {
    container,
    platform,
    sqs: new SQSClient({
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
    }),
    runner: {
      platformId: platform.id,
      effects,
      probes,
      services: probeServices(container),
      health: healthStore(table, effects),
      alerts: alertStore(table, effects, platform.name),
    },
  }
}
