import * as z from 'zod'

/** A check as the drill looks at it. */
export interface SeenCheck {
  readonly id: string
  readonly kind: string
  readonly status: string
  readonly message: string
}

/** A message that arrived in the inbox. */
export interface SeenMessage {
  readonly id: string
  readonly severity: string
  /** `firing`, `resolved`, … */
  readonly event: string
  readonly check: string | undefined
  readonly summary: string
}

/** What can be seen of Midwatch at one moment. */
export interface Observation {
  /** Absent when the API did not answer with health. */
  readonly checks: readonly SeenCheck[] | undefined
  /** What the API answered instead of health. */
  readonly problem: string | undefined
  /** Oldest first. */
  readonly messages: readonly SeenMessage[]
}

const Health = z.object({
  checks: z.array(z.object({ id: z.string(), kind: z.string(), status: z.string(), message: z.string() })),
})

const Inbox = z.object({
  messages: z.array(
    z.object({
      message_id: z.string(),
      severity: z.string(),
      attributes: z.record(z.string(), z.string()),
      body: z
        .object({ alert: z.object({ check: z.string().optional(), summary: z.string() }).optional() })
        .catch({}),
    }),
  ),
})

const TIMEOUT_MS = 10_000

/** Where to look, with what. */
export interface Lookout {
  readonly url: string
  readonly token: string
  /** Only messages that arrived later than this moment, ISO 8601. */
  readonly since: string
}

async function readHealth({ url, token }: Lookout): Promise<Pick<Observation, 'checks' | 'problem'>> {
  try {
    const response = await fetch(`${url}/api/v1/ops/health`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) return { checks: undefined, problem: `answers ${response.status}` }
    return { checks: Health.parse(await response.json()).checks, problem: undefined }
  } catch (error) {
    return { checks: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
}

async function readInbox({ url, since }: Lookout): Promise<readonly SeenMessage[]> {
  const response = await fetch(`${url}/_local/inbox?since=${encodeURIComponent(since)}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const { messages } = Inbox.parse(await response.json())
  return messages.toReversed().map(({ message_id, severity, attributes, body }) => ({
    id: message_id,
    severity,
    event: attributes['status'] ?? 'unknown',
    check: body.alert?.check,
    summary: body.alert?.summary ?? '',
  }))
}

/** Looks at the API and the inbox, as a person would. */
export async function observe(lookout: Lookout): Promise<Observation> {
  const [health, messages] = await Promise.all([readHealth(lookout), readInbox(lookout)])
  return { ...health, messages }
}
