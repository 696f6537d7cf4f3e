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
  /** Gives a machine's bearer token with the scope `midwatch/limit`; asked once a call. */
  readonly token: () => Promise<string>
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
   * @throws when Midwatch refuses the question itself, e.g. an unknown rule
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

/** Makes a client; it keeps no state. */
export function rateLimitClient(options: RateLimitClientOptions): RateLimitClient {
  const { baseUrl, token, timeoutMs = 250, failurePolicy = 'open', effects = systemEffects } = options

  const post = async (path: string, body: unknown): Promise<Response | undefined> => {
    const given = new AbortController()
    const answered = new AbortController()
    effects.wait(timeoutMs, answered.signal).then(
      () => given.abort(),
      () => undefined,
    )
    try {
      const response = await fetch(new URL(path, baseUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: given.signal,
      })
      return response.status >= 500 ? undefined : response
    } catch {
      return undefined
    } finally {
      answered.abort()
    }
  }

  return {
    check: async (...checks) => {
      const response = await post(checkRateLimits.path, { checks })
      if (response === undefined) return unanswered(failurePolicy)
      if (!response.ok) throw new Error(`The check was refused: ${await response.text()}`)
      return checkRateLimits.response.parse(await response.json())
    },
    refund: async (refundToken) => {
      const response = await post(refundRateLimit.path, { refund_token: refundToken })
      return response?.ok === true && refundRateLimit.response.parse(await response.json()).refunded
    },
  }
}
