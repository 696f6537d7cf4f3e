import { consumer, schedule } from '../kernel/route.ts'

export const outboxContract = {
  publish: consumer({
    capability: 'outbox',
    name: 'publish',
    summary: 'Publishes new outbox rows to the topic of their severity',
    source: { stream: 'outbox' },
    batchSize: 25,
    timeoutSeconds: 30,
    uses: ['outbox:read', 'outbox:write', 'severity-topics:publish'],
  }),
  sweep: schedule({
    capability: 'outbox',
    name: 'sweep',
    summary: 'Publishes rows that the stream has not delivered within a minute',
    every: 'minute',
    timeoutSeconds: 50,
    uses: ['outbox:read', 'outbox:write', 'severity-topics:publish'],
  }),
} as const
