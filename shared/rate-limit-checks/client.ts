import { systemEffects, type Effects } from '../kernel/effects.ts'
import { rateLimitChecksContract, type Question } from './contract.ts'
import type * as z from 'zod'

/** What to ask: a rule, whom it counts, and how much is taken (1 when absent). */
export type CheckInput = Pick<Question, 'rule' | 'identifier'> &
  Partial<Pick<Question, 'cost' | 'roles' | 'identities'>>

/** What the API answers; see `POST /api/v1/rate-limits/check` in the reference. */
export type CheckAnswer = z.output<typeof rateLimitChecksContract.checkRateLimits.response>

export interface RateLimitClientOptions {
  /** Of the deployment, e.g. `https://ops.example.com`. */
  readonly baseUrl: string
  /** Gives a machine's bearer token with the scope `midwatch/limit`; asked once a call, within its time. */
  readonly token: () => string | Promise<string>
  /** How long to wait for an answer, milliseconds; 250 when absent. */
  readonly timeoutMs?: number
  /** What holds when there is no answer: `open` (when absent) lets everything through, `closed` nothing. */
  readonly failurePolicy?: 'open' | 'closed'
  readonly effects?: Pick<Effects, 'wait'>
}

/** Asks Midwatch for decisions from services that are no Lambdas of the same account. */
export interface RateLimitClient {
  /**
   * Takes from every rule, or from none. Never throws for a service that does not answer: `degraded` tells.
   * @throws when Midwatch refuses the question itself, e.g. an unknown rule or a wrong token; what `token` throws
   */
  readonly check: (...checks: readonly CheckInput[]) => Promise<CheckAnswer>
  /** Gives back what a check took. @returns whether it was taken back */
  readonly refund: (refundToken: string) => Promise<boolean>
}

const { checkRateLimits, refundRateLimit } = rateLimitChecksContract

const unanswered = (failurePolicy: 'open' | 'closed'): CheckAnswer => ({
  allowed: failurePolicy === 'open',
  degraded: true,
  checks: [],
  headers: {},
})

/** What came back in time; what is no answer of Midwatch counts as none. */
interface Answer {
  readonly isOk: boolean
  readonly text: string
}

const nothing = (): undefined => undefined

/** Something between may answer 200 in Midwatch's place, e.g. a proxy with a page of its own. */
function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Makes a client; it keeps no state. */
export function rateLimitClient(options: RateLimitClientOptions): RateLimitClient {
  const { baseUrl, token, timeoutMs = 250, failurePolicy = 'open', effects = systemEffects } = options

  const ask = async (path: string, body: unknown, signal: AbortSignal): Promise<Answer | undefined> => {
    // Outside: a token that cannot be had is a mistake, and no outage of Midwatch.
    const authorization = `Bearer ${await token()}`
    try {
      const response = await fetch(new URL(path, baseUrl), {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      })
      const text = await response.text()
      return response.status >= 500 ? undefined : { isOk: response.ok, text }
    } catch {
      return undefined
    }
  }

  const post = async (path: string, body: unknown): Promise<Answer | undefined> => {
    const over = new AbortController()
    const late = effects.wait(timeoutMs, over.signal).then(nothing, nothing)
    try {
      return await Promise.race([ask(path, body, over.signal), late])
    } finally {
      over.abort()
    }
  }

  return {
    check: async (...checks) => {
      const answer = await post(checkRateLimits.path, { checks })
      if (answer?.isOk === false) throw new Error(`The check was refused: ${answer.text}`)
      const decided = answer && parsed(checkRateLimits.response, answer.text)
      return decided ?? unanswered(failurePolicy)
    },
    refund: async (refundToken) => {
      const answer = await post(refundRateLimit.path, { refund_token: refundToken })
      return answer?.isOk === true && parsed(refundRateLimit.response, answer.text)?.refunded === true
    },
  }
}
