import { consumers, schedules } from '../../shared/manifest.ts'
import { inRole } from '../../test/support/role.ts'

/** Performs an operation and notes under its name what it used. */
export type Measure = <T>(name: string, operation: () => Promise<T>) => Promise<T>

const jobs = new Set([...schedules, ...consumers].map(({ capability, name }) => `${capability}-${name}`))
const measured = new Set<string>()

/**
 * Measures in the role of a schedule or a consumer, which is refused what it does not declare.
 * @param job its function, e.g. `outbox-sweep`
 */
export function measureJob(measure: Measure, job: string): Measure {
  measured.add(job)
  return (name, operation) => measure(name, () => inRole(job, operation))
}

/** @throws when a schedule or a consumer was not measured */
export function requireAllJobs(): void {
  const missing = [...jobs.difference(measured)]
  if (missing.length > 0) throw new Error(`No benchmark measures what these cost: ${missing.join(', ')}.`)
}
