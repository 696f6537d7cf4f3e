import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { SEVERITIES, type Severity } from '../../shared/health/check.ts'

/** One message that a severity topic delivered. */
const InboxEntry = z.object({
  severity: z.enum(SEVERITIES),
  message_id: z.string(),
  /** When it arrived, ISO 8601. */
  received_at: z.string(),
  subject: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
  body: z.unknown(),
})
export type InboxEntry = z.output<typeof InboxEntry>

export interface InboxFilter {
  readonly severity?: Severity | undefined
  /** Only what arrived later than this moment, ISO 8601. */
  readonly since?: string | undefined
}

export interface Inbox {
  /** Newest first. */
  readonly entries: (filter?: InboxFilter) => readonly InboxEntry[]
  readonly stop: () => Promise<void>
}

interface InboxOptions {
  readonly sqs: SQSClient
  readonly queueUrl: (severity: Severity) => string
  /** Keeps what arrived between runs, a line each. */
  readonly file: string
  readonly onError: (error: unknown) => void
}

const MAX_KEPT = 1_000
const PAUSE_AFTER_ERROR_MS = 1_000

/** What SNS wraps around a message on its way into a queue. */
const Envelope = z.object({
  MessageId: z.string(),
  Message: z.string(),
  Subject: z.string().nullish(),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })).default({}),
})

function parsedBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function entryOf(message: Message, severity: Severity): InboxEntry {
  const envelope = Envelope.parse(JSON.parse(message.Body ?? ''))
  const attributes = Object.entries(envelope.MessageAttributes).map(([name, { Value }]) => [name, Value])
  return {
    severity,
    message_id: envelope.MessageId,
    received_at: new Date().toISOString(),
    ...(envelope.Subject ? { subject: envelope.Subject } : {}),
    attributes: Object.fromEntries(attributes),
    body: parsedBody(envelope.Message),
  }
}

/** What arrived in earlier runs. A line that a kill left unfinished was never taken off its queue, so it comes again. */
async function restore(file: string): Promise<InboxEntry[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const entries = text.split('\n').flatMap((line) => InboxEntry.safeParse(parsedBody(line)).data ?? [])
  const kept = entries.slice(-MAX_KEPT)
  await writeFile(file, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 })
  return kept
}

/** Collects what the four severity topics deliver, in place of the people who would be paged. */
export async function openInbox({ sqs, queueUrl, file, onError }: InboxOptions): Promise<Inbox> {
  const kept = await restore(file)
  const stopping = new AbortController()
  const { signal } = stopping

  async function keep(message: Message, severity: Severity): Promise<void> {
    const entry = entryOf(message, severity)
    const known = kept.some(({ message_id }) => message_id === entry.message_id)
    if (!known) {
      await appendFile(file, `${JSON.stringify(entry)}\n`)
      kept.push(entry)
      if (kept.length > MAX_KEPT) kept.shift()
    }
    const command = { QueueUrl: queueUrl(severity), ReceiptHandle: message.ReceiptHandle }
    await sqs.send(new DeleteMessageCommand(command))
  }

  async function collect(severity: Severity): Promise<void> {
    const request = { QueueUrl: queueUrl(severity), MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }
    while (!signal.aborted) {
      try {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request), { abortSignal: signal })
        for (const message of Messages) await keep(message, severity)
      } catch (error) {
        if (signal.aborted) return
        onError(error)
        await delay(PAUSE_AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  const loops = SEVERITIES.map(collect)
  return {
    entries: ({ severity, since } = {}) =>
      kept
        .filter((entry) => severity === undefined || entry.severity === severity)
        .filter((entry) => since === undefined || Date.parse(entry.received_at) > Date.parse(since))
        .toReversed(),
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}
