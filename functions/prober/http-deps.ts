import type { Runner } from '../../shared/prober/run-batch.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'
import { proberDeps } from './deps.ts'

/** What the routes that run checks have. */
export interface ProberHttpDeps extends BaseDeps {
  readonly runner: Runner
}

/** Makes the dependencies of the routes that run checks. */
export async function proberHttpDeps(): Promise<ProberHttpDeps> {
  const base = await baseDeps()
  return { ...base, runner: proberDeps(base).runner }
}
