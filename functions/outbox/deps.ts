import { SNSClient } from '@aws-sdk/client-sns'
import { openContainer } from '../../shared/kernel/container.ts'
import { required } from '../../shared/kernel/env.ts'
import type { Publisher } from '../../shared/outbox/publish.ts'

/** Makes the dependencies of the outbox functions. */
export async function outboxDeps(): Promise<Publisher> {
  const { env, effects, table } = openContainer()
  return {
    sns: new SNSClient({
      maxAttempts: 3,
      // Without the last one the SDK only warns, and waits on until the function's time is over.
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
    }),
    table,
    effects,
    topicArns: {
      critical: required(env, 'MIDWATCH_TOPIC_CRITICAL'),
      error: required(env, 'MIDWATCH_TOPIC_ERROR'),
      warning: required(env, 'MIDWATCH_TOPIC_WARNING'),
      info: required(env, 'MIDWATCH_TOPIC_INFO'),
    },
  }
}
