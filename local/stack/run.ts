import { setTimeout as delay } from 'node:timers/promises'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { functions, schedules } from '../../shared/manifest.ts'
import { createFunctionHost, type FunctionHost } from '../host/function-host.ts'
import type { Invoke } from '../host/invocation.ts'
import { asyncInvoke } from '../sources/async-invoke.ts'
import { startScheduler, type Scheduler } from '../sources/scheduler.ts'
import type { Base } from './base.ts'
import { openInbox, type Inbox } from './inbox.ts'
import { openLogFile } from './log-file.ts'
import { inboxQueueName } from './names.ts'
import { DEFAULT_BUNDLE_DIR, DEFAULT_TICK_SECONDS } from './options.ts'
import { startQueues, startStreams } from './sources.ts'

/** What is in work when the stack stops gets this long; then its containers end. */
const GRACE_MS = 3_000

/** Starts the function host, whose functions print into the log file. */
export function startHost({ options, cleanup, dataDir, environment }: Base): FunctionHost {
  const logFile = cleanup.started(openLogFile(dataDir.file('logs', 'functions.log')))
  const host = createFunctionHost({
    bundleDir: options.bundleDir ?? DEFAULT_BUNDLE_DIR,
    functions,
    environment,
    log: (functionName, line) => {
      logFile.write(functionName, line)
      options.onLogLine?.(functionName, line)
    },
  })
  return cleanup.started(host)
}

/** Starts the clock. Retries wait one and two ticks, as they wait one and two minutes in AWS. */
function startClock({ options, report }: Base, invoke: Invoke): Scheduler {
  const { tickSeconds = DEFAULT_TICK_SECONDS, schedule: mode = 'manual' } = options
  const stopping = new AbortController()
  const scheduler = startScheduler({
    schedules,
    tickSeconds,
    mode,
    invoke: asyncInvoke({
      invoke,
      retryDelaysMs: mode === 'manual' ? [0, 0] : [tickSeconds * 1000, tickSeconds * 2000],
      onGivenUp: (functionName, event) => report(functionName, `gave up on ${JSON.stringify(event)}`),
      wait: systemEffects.wait,
      signal: stopping.signal,
    }),
    now: () => Date.now(),
  })
  return {
    tick: scheduler.tick,
    stop: async () => {
      stopping.abort()
      await scheduler.stop()
    },
  }
}

/** Starts whatever invokes functions beside the gateway. When it stops, what is in work gets a moment to end. */
export async function startSources(base: Base, invoke: Invoke): Promise<Scheduler> {
  const { options, cleanup, clients, report, emulators } = base
  const queues = startQueues(functions, { sqs: clients.sqs, messaging: emulators.messaging, invoke, report })
  const streams =
    options.streams === false ? [] : await startStreams(functions, { ...base, ...clients, invoke })
  const clock = startClock(base, invoke)
  const stopAll = () => Promise.all([clock, ...queues, ...streams].map((source) => source.stop()))
  cleanup.started({
    stop: async () => {
      const grace = new AbortController()
      const waited = delay(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined)
      await Promise.race([stopAll(), waited])
      grace.abort()
    },
  })
  return clock
}

/** Starts to collect what the severity topics deliver. */
export function openStackInbox({ cleanup, clients, emulators, dataDir, report }: Base): Promise<Inbox> {
  return openInbox({
    sqs: clients.sqs,
    queueUrl: (severity) => emulators.messaging.queueUrl(inboxQueueName(severity)),
    file: dataDir.file('inbox.jsonl'),
    onError: (error) => report('inbox', error),
  }).then(cleanup.started)
}
