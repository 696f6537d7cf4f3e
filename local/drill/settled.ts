import type { FaultTarget } from '../stack/faults.ts'
import type { Observation, SeenCheck } from './observe.ts'

/** Which kind of check watches a target; the others are noticed by Midwatch's own answers alone. */
export const WATCHED_BY: Partial<Record<FaultTarget, string>> = {
  database: 'postgres',
  s3: 's3',
  cognito: 'cognito',
  'external-api': 'http',
}

const GOOD = 'healthy'
const BAD = ['degraded', 'unhealthy']

const related = (target: FaultTarget, { checks = [] }: Observation): readonly SeenCheck[] =>
  checks.filter(({ kind }) => kind === WATCHED_BY[target])

const arrived = (observation: Observation, event: string, check: string): boolean =>
  observation.messages.some((message) => message.event === event && message.check === check)

/**
 * Whether Midwatch has noticed all there is to notice: each check of the target has changed its status, and the message about
 * it arrived. Pure.
 * @param before what could be seen before the drill
 * @param breaking whether the target was broken, or restored
 */
export function isSettled(
  target: FaultTarget,
  breaking: boolean,
  before: Observation,
  now: Observation,
): boolean {
  if (target === 'dynamodb') return breaking === (now.checks === undefined)
  const wasBad = (id: string) => before.checks?.some((check) => check.id === id && BAD.includes(check.status))
  const checks = related(target, now)
  if (checks.length === 0) return now.checks !== undefined
  return checks.every(({ id, status }) =>
    breaking
      ? BAD.includes(status) && (wasBad(id) || arrived(now, 'firing', id))
      : status === GOOD && (!wasBad(id) || arrived(now, 'resolved', id)),
  )
}
