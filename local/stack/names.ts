import { SEVERITIES, type Severity } from '../../shared/health/check.ts'
import { PROBE_QUEUE } from '../../shared/prober/contract.ts'

/** What the local account holds, under the names that the deployed one uses. */
export const REGION = 'us-east-1'
export const TABLE_NAME = 'midwatch'
export const BUCKETS = {
  avatars: 'midwatch-avatars',
  backlot: 'midwatch-backlot',
  audit: 'midwatch-audit',
} as const

/** In the form that AWS gives out, which token verifiers insist on. */
export const USER_POOL_ID = `${REGION}_Midwatch1`
/** The app client that people sign in with. */
export const USER_CLIENT_ID = 'midwatchlocaluserclient001'

/** Nothing checks them, but the SDK wants some. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const

export const topicName = (severity: Severity): string => `midwatch-${severity}`
export const inboxQueueName = (severity: Severity): string => `inbox-${severity}`

const DEAD_LETTERS = `${PROBE_QUEUE}-dead-letters`

/** Topics, queues and buckets, as `startMessaging` wants them listed. */
export const MESSAGING = {
  topics: SEVERITIES.map(topicName),
  queues: [
    { name: DEAD_LETTERS },
    {
      name: PROBE_QUEUE,
      attributes: { VisibilityTimeout: '60' },
      deadLetter: { queue: DEAD_LETTERS, maxReceiveCount: 3 },
    },
    ...SEVERITIES.map((severity) => ({ name: inboxQueueName(severity) })),
  ],
  subscriptions: SEVERITIES.map((severity) => ({
    topic: topicName(severity),
    queue: inboxQueueName(severity),
  })),
  buckets: Object.values(BUCKETS),
} as const
