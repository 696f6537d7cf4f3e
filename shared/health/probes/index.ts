import type { CheckKind } from '../check.ts'
import type { Probe } from '../probe.ts'
import { cognitoProbe } from './cognito.ts'
import { dnsProbe } from './dns.ts'
import { heartbeatProbe } from './heartbeat.ts'
import { httpProbe } from './http.ts'
import { postgresProbe } from './postgres.ts'
import { redisProbe } from './redis.ts'
import { s3Probe } from './s3.ts'
import { sqsProbe } from './sqs.ts'
import { tcpProbe } from './tcp.ts'

/** The code for every kind of check. A kind without a line here does not compile. */
export const probes = {
  postgres: postgresProbe,
  s3: s3Probe,
  cognito: cognitoProbe,
  http: httpProbe,
  tcp: tcpProbe,
  redis: redisProbe,
  dns: dnsProbe,
  sqs: sqsProbe,
  heartbeat: heartbeatProbe,
} satisfies { [K in CheckKind]: Probe<K> }
