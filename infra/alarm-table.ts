/**
 * Every CloudWatch alarm of a deployment. The key is both the end of the alarm's name (`midwatch-<stage>-<key>`) and
 * the anchor of its section in `docs/runbook.md`; a test holds the two together.
 */
export const ALARMS = {
  'missing-ticks': 'The prober has not run for five minutes: nothing is being watched.',
  'missing-vpc-ticks': 'The prober in the private network has not run for five minutes.',
  'function-errors': 'A function ended with an error or ran out of time.',
  'function-throttles': 'Lambda refused invocations because the account ran out of concurrency.',
  'stream-lag': "The outbox consumer is more than a minute behind the table's stream.",
  'outbox-age': 'A notification has waited for more than two minutes to be published.',
  'missed-schedules': 'EventBridge Scheduler could not invoke a function and gave up.',
  'failed-jobs': 'A scheduled function failed at every try.',
  'failed-outbox-records':
    'The outbox consumer gave up on rows of the stream; the sweep still publishes them.',
  'failed-probe-batches': 'A batch of checks failed at every try.',
  'api-latency': 'One request in a hundred takes longer than three seconds.',
  'api-errors': 'The API answers with 5xx.',
  'limiter-degraded': 'Rate limits are decided without the table: by their failure policies.',
} as const satisfies Record<string, string>

export type AlarmId = keyof typeof ALARMS
