import { GetQueueAttributesCommand, QueueDoesNotExist, type QueueAttributeName } from '@aws-sdk/client-sqs'
import type { TargetOf } from '../check.ts'
import { untilAborted } from '../network/deadline.ts'
import { ProbeFailure } from '../failure.ts'
import type { Probe, ProbeOutcome, ProbeServices } from '../probe.ts'
import { oldestMessageAgeSeconds } from './sqs/oldest-age.ts'
import { ageFinding, depthFindings, type QueueReadings } from './sqs/findings.ts'

type SqsTarget = TargetOf<'sqs'>

const WAITING = 'ApproximateNumberOfMessages'
const IN_FLIGHT = 'ApproximateNumberOfMessagesNotVisible'

function countIn(attributes: Readonly<Record<string, string>>, name: QueueAttributeName): number {
  const text = attributes[name]
  if (text !== undefined && /^\d+$/.test(text)) return Number(text)
  throw new ProbeFailure('protocol', 'The queue did not report how many messages it holds')
}

async function readQueue(services: ProbeServices, queueUrl: string, signal: AbortSignal) {
  try {
    const command = new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [WAITING, IN_FLIGHT],
    })
    const { Attributes: attributes = {} } = await services.sqs.send(command, { abortSignal: signal })
    return { waiting: countIn(attributes, WAITING), inFlight: countIn(attributes, IN_FLIGHT) }
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error
    throw new ProbeFailure('unexpected', 'The queue does not exist')
  }
}

async function readQueues(
  services: ProbeServices,
  target: SqsTarget,
  signal: AbortSignal,
): Promise<QueueReadings> {
  const [queue, deadLetters] = await Promise.all([
    readQueue(services, target.queueUrl, signal),
    target.deadLetterQueueUrl === undefined
      ? undefined
      : readQueue(services, target.deadLetterQueueUrl, signal),
  ])
  return { ...queue, ...(deadLetters && { deadLetters: deadLetters.waiting + deadLetters.inFlight }) }
}

/** CloudWatch could not be asked: that says nothing about the queue. */
const ageUnreadable = (latencyMs: number): ProbeOutcome => ({
  ok: false,
  latencyMs,
  reason: 'network',
  message: 'The age of the oldest message could not be read',
})

function healthy(readings: QueueReadings, latencyMs: number, oldestAgeSeconds?: number): ProbeOutcome {
  const { waiting, inFlight, deadLetters } = readings
  const measurements = {
    messages_waiting: waiting,
    messages_in_flight: inFlight,
    ...(deadLetters !== undefined && { dead_letters: deadLetters }),
    ...(oldestAgeSeconds !== undefined && { oldest_age_seconds: oldestAgeSeconds }),
  }
  const message = waiting === 1 ? '1 message waits' : `${waiting} messages wait`
  return { ok: true, latencyMs, message, measurements }
}

/**
 * Compares how much waits in a queue and in its dead-letter queue, and for how long, with what the check allows. The
 * latency is that of SQS; CloudWatch, which alone knows the age, is not part of it.
 */
export const sqsProbe: Probe<'sqs'> = async (target, { signal }, services) => {
  const startedMs = services.effects.monotonicMs()
  const readings = await untilAborted(readQueues(services, target, signal), signal)
  const latencyMs = services.effects.monotonicMs() - startedMs
  const findings = depthFindings(readings, target)
  if (findings.length > 0) throw new ProbeFailure('unexpected', findings.join('; '))
  if (target.maxOldestAgeSeconds === undefined) return healthy(readings, latencyMs)
  try {
    const ageSeconds = await untilAborted(oldestMessageAgeSeconds(services, target.queueUrl, signal), signal)
    const late = ageFinding(ageSeconds, target.maxOldestAgeSeconds)
    return late
      ? { ok: false, latencyMs, reason: 'late', message: late }
      : healthy(readings, latencyMs, ageSeconds)
  } catch {
    return ageUnreadable(latencyMs)
  }
}
