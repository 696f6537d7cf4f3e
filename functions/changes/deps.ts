import { alertStore } from '../../shared/alerts/store.ts'
import type { Appliers } from '../../shared/changes/applier.ts'
import { changeStore, type ChangeStore } from '../../shared/changes/store.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'
import { makeAppliers } from './appliers.ts'

/** What the routes of changes have. */
export interface ChangeDeps extends BaseDeps {
  readonly changes: ChangeStore
  readonly appliers: Appliers
}

/** Makes the dependencies of these routes. */
export async function changeDeps(): Promise<ChangeDeps> {
  const base = await baseDeps()
  const { table, effects, platform } = base
  const alerts = alertStore(table, effects, platform.name)
  return { ...base, changes: changeStore(table, effects), appliers: makeAppliers({ ...base, alerts }) }
}
