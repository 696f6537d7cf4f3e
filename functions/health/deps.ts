import { healthStore, type HealthStore, type StoredCheck } from '../../shared/health/store.ts'
import type { ViewContext } from '../../shared/health/view.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'
import { viewContext } from '../view-context.ts'

/** What the health routes have. */
export interface HealthDeps extends BaseDeps {
  readonly health: HealthStore
}

/** Makes the dependencies of the health routes. */
export async function healthDeps(): Promise<HealthDeps> {
  const base = await baseDeps()
  return { ...base, health: healthStore(base.table, base.effects) }
}

/** Every check's newest state, and what it takes to show them. */
export async function readStates(
  deps: HealthDeps,
): Promise<{ states: ReadonlyMap<string, StoredCheck>; context: ViewContext }> {
  const states = await deps.health.checks(deps.platform.checks)
  return { states, context: viewContext(deps) }
}
