import type { TargetOf } from '../../check.ts'
import { timeSpanText } from '../../time-span.ts'

/** What a queue and its dead-letter queue hold. All of it is approximate, as SQS reports it. */
export interface QueueReadings {
  /** Messages that a consumer could receive now. */
  readonly waiting: number
  /** Messages that a consumer has received and not deleted yet. */
  readonly inFlight: number
  readonly deadLetters?: number
}

export type QueueLimits = Pick<TargetOf<'sqs'>, 'maxDepth' | 'maxDeadLetters'>

const messages = (count: number) => (count === 1 ? '1 message' : `${count} messages`)

/** What exceeds the limits on counts, a clause each; none when all is well. */
export function depthFindings({ waiting, deadLetters = 0 }: QueueReadings, limits: QueueLimits): string[] {
  const findings: string[] = []
  if (waiting > limits.maxDepth) {
    const verb = waiting === 1 ? 'waits' : 'wait'
    findings.push(`${messages(waiting)} ${verb}, at most ${limits.maxDepth} are allowed`)
  }
  if (deadLetters > limits.maxDeadLetters) {
    findings.push(
      `${messages(deadLetters)} in the dead-letter queue, at most ${limits.maxDeadLetters} are allowed`,
    )
  }
  return findings
}

/** The finding about a message that waits too long; undefined when none does or the age is not known. */
export function ageFinding(ageSeconds: number | undefined, maxSeconds: number): string | undefined {
  if (ageSeconds === undefined || ageSeconds <= maxSeconds) return undefined
  return `The oldest message waits for ${timeSpanText(ageSeconds)}, at most ${timeSpanText(maxSeconds)} is allowed`
}
