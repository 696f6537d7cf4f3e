import type { Standing } from './counter.ts'
import type { Decision } from './decision.ts'

/** Headers of an answer, in lower case. */
export type LimitHeaders = Readonly<Record<string, string>>

/** The name of a window's policy: the rule's own, unless the rule has several. */
export const policyName = (
  { rule }: Pick<Decision, 'rule'>,
  { windowSeconds }: Pick<Standing, 'windowSeconds'>,
): string => (rule.windows.length === 1 ? rule.name : `${rule.name}/${windowSeconds}`)

/** Whole seconds to wait, never fewer than it takes. */
export const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

/**
 * `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 has them: lists of structured-field
 * strings (RFC 9651) with parameters; q is the quota, w its window, r what remains, t the seconds until there is more.
 * The draft still moves: this function is all that knows its syntax.
 */
function standardHeaders(decisions: readonly Decision[]): LimitHeaders {
  const standings = decisions.flatMap((decision) =>
    decision.standings.map((standing) => ({ name: policyName(decision, standing), ...standing })),
  )
  if (standings.length === 0) return {}
  return {
    'ratelimit-policy': standings
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`)
      .join(', '),
    ratelimit: standings
      .map(({ name, remaining, resetMs }) => `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
      .join(', '),
  }
}

/** The headers that many clients knew before there was a draft: those of the window that has the least left. */
function legacyHeaders(decisions: readonly Decision[], now: number): LimitHeaders {
  const [tightest] = decisions
    .flatMap(({ standings }) => standings)
    .toSorted((left, right) => left.remaining - right.remaining)
  if (tightest === undefined) return {}
  return {
    'x-ratelimit-limit': String(tightest.limit),
    'x-ratelimit-remaining': String(tightest.remaining),
    'x-ratelimit-reset': String(Math.ceil((now + tightest.resetMs) / 1000)),
  }
}

/** `Retry-After` of the decision that has to be waited for longest; none when waiting does not help. */
function retryAfter(decisions: readonly Decision[]): LimitHeaders {
  const denied = decisions.filter(({ allowed }) => !allowed)
  const waits = denied.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
  if (denied.length === 0 || waits.length < denied.length) return {}
  return { 'retry-after': String(wholeSeconds(Math.max(...waits))) }
}

/**
 * What an answer tells its caller about the limits that were asked.
 * @param options `legacy` adds the `X-RateLimit-…` headers; `now` in milliseconds since the epoch
 */
export const limitHeaders = (
  decisions: readonly Decision[],
  { legacy, now }: { readonly legacy: boolean; readonly now: number },
): LimitHeaders => ({
  ...standardHeaders(decisions),
  ...(legacy ? legacyHeaders(decisions, now) : {}),
  ...retryAfter(decisions),
})
