import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { Effects } from '../kernel/effects.ts'
import type { CheckKind, TargetOf } from './check.ts'

/**
 * Why a probe failed. `network`, `credentials` and `configuration` are the prober's own faults: they say nothing about
 * the target, so they never change a check's status (see `impaired.ts`).
 */
export type FailureReason =
  | 'refused'
  | 'timeout'
  | 'dns'
  | 'tls'
  | 'denied'
  | 'protocol'
  | 'unexpected'
  | 'late'
  | 'network'
  | 'credentials'
  | 'configuration'

/** Measurements beside the latency, e.g. `{ connections_used: 12, connections_max: 100 }`. Numbers only: no host names. */
export type Measurements = Readonly<Record<string, number>>

/** What one attempt found. `message` is written for an operator and never holds a host name, a secret or a stack. */
export type ProbeOutcome =
  | {
      readonly ok: true
      readonly latencyMs: number
      readonly message: string
      readonly measurements?: Measurements
    }
  | {
      readonly ok: false
      readonly latencyMs: number
      readonly reason: FailureReason
      readonly message: string
    }

/** The last signals that a watched job pushed. Times are milliseconds since the epoch. */
export interface HeartbeatSignals {
  readonly lastSuccessAt?: number
  readonly lastStartAt?: number
  readonly lastFailureAt?: number
  readonly lastExitCode?: number
  /** When the check was first seen, so that a job that never reported is late one period after that. */
  readonly watchedSince: number
}

/** What a probe may use. Clients are made once a container. */
export interface ProbeServices {
  readonly effects: Effects
  readonly region: string
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly cognito: CognitoIdentityProviderClient
  readonly heartbeat: (checkId: string) => Promise<HeartbeatSignals>
}

/** One attempt's surroundings. */
export interface ProbeAttempt {
  readonly checkId: string
  /** The attempt must end by itself within this time; `signal` aborts at the same moment. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * The code that performs checks of one kind. One file in `probes/` a kind, one line in `probes/index.ts`.
 * What it throws is turned into a failed outcome by `failedOutcome` in `failure.ts`.
 */
export type Probe<K extends CheckKind> = (
  target: TargetOf<K>,
  attempt: ProbeAttempt,
  services: ProbeServices,
) => Promise<ProbeOutcome>
