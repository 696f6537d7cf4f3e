import type { Observation } from './observe.ts'

/**
 * What is new in an observation, a line each. Pure.
 * @param last the one before
 */
export function changes(last: Observation, now: Observation): readonly string[] {
  const statuses = (now.checks ?? []).flatMap(({ id, status, message }) => {
    const before = last.checks?.find((check) => check.id === id)?.status
    return before === undefined || before === status
      ? []
      : [`check ${id}: ${before} → ${status} (${message})`]
  })
  const known = new Set(last.messages.map(({ id }) => id))
  const messages = now.messages
    .filter(({ id }) => !known.has(id))
    .map(({ severity, event, summary }) => `topic ${severity}: ${event}, "${summary}"`)
  const api = now.problem === last.problem ? [] : [`API: ${now.problem ?? 'answers again'}`]
  return [...api, ...statuses, ...messages]
}
