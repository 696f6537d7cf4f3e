import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { ProbeAttempt, ProbeServices } from '../../shared/health/probe.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'

/** One attempt that must be over within `timeoutMs`; its signal aborts at that moment, as the prober's does. */
export function attempt(timeoutMs: number): ProbeAttempt {
  return { checkId: 'check-under-test', timeoutMs, signal: AbortSignal.timeout(timeoutMs) }
}

const TEST_REGION = 'eu-central-1'

/**
 * The configuration of a real AWS client that talks to a server on loopback and never retries.
 * @param endpoint e.g. `http://127.0.0.1:4566`; port 9 (discard) when absent, where nothing listens
 */
export const loopbackClient = (endpoint = 'http://127.0.0.1:9') => ({
  region: TEST_REGION,
  endpoint,
  credentials: { accessKeyId: 'test-key-id', secretAccessKey: 'test-secret-key' },
  maxAttempts: 1,
})

/** Services with real effects, whose clients reach nothing unless a test overrides them. */
export function services(overrides: Partial<ProbeServices> = {}): ProbeServices {
  return {
    effects: systemEffects,
    region: TEST_REGION,
    s3: new S3Client({ ...loopbackClient(), forcePathStyle: true }),
    sqs: new SQSClient(loopbackClient()),
    cognito: new CognitoIdentityProviderClient(loopbackClient()),
    heartbeat: () => Promise.resolve({ watchedSince: 0 }),
    ...overrides,
  }
}
