import type { Limiter } from '../../shared/rate-limits/limiter.ts'

const unused = () => Promise.reject(new Error('This test asks for no decisions.'))

/** A limiter of routes that has nothing against anybody. */
export const unlimited = async (): Promise<Record<string, string>> => ({})

/** What routes have of the limiter, where a test is about something else. */
export const withoutLimits: { readonly limiter: typeof unlimited; readonly limits: Limiter } = {
  limiter: unlimited,
  limits: { prepare: unused, decide: unused, decideAll: unused, peekAll: unused, refund: unused },
}
