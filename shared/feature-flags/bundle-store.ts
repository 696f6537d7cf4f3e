import { appendAudit, type ChainEnd } from '../kernel/audit.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key, Write } from '../kernel/table/types.ts'
import type { FlagBundle } from './bundle.ts'
import type { BundleState } from './change-bundle.ts'
import type { FlagChange } from './flag-store.ts'

/** A bundle's item: whether it is applied, and what that has thrown. */
interface BundleItem extends BundleState {
  readonly version: number
  readonly audit: ChainEnd
}

/** What there is of a bundle. */
export interface FoundBundle {
  readonly bundle: FlagBundle
  readonly state: BundleState
  /** Counts the times that it was applied or reverted. */
  readonly version: number
  readonly audit: ChainEnd | undefined
}

export interface BundleStore {
  /** @returns `undefined` when no definition has this name */
  readonly get: (name: string) => Promise<FoundBundle | undefined>
  readonly list: () => Promise<readonly FoundBundle[]>
  /** The writes of a new state: the bundle and its audit event. */
  readonly writesOf: (
    known: FoundBundle,
    state: BundleState,
    action: 'flag-bundle.applied' | 'flag-bundle.reverted',
    change: FlagChange,
  ) => readonly Write[]
}

const keyOf = (name: string): Key => ({ pk: `${ENTITIES.bundle}${name}`, sk: 'CURRENT' })

const NEVER_APPLIED: BundleState = {}

/** @param bundles of the platform definition */
export function bundleStore(table: Table, bundles: readonly FlagBundle[]): BundleStore {
  const read = async (bundle: FlagBundle): Promise<FoundBundle> => {
    const item = await table.get<BundleItem>(keyOf(bundle.name))
    return {
      bundle,
      state: item?.applied === undefined ? NEVER_APPLIED : { applied: item.applied },
      version: item?.version ?? 0,
      audit: item?.audit,
    }
  }

  return {
    get: async (name) => {
      const bundle = bundles.find((candidate) => candidate.name === name)
      return bundle && read(bundle)
    },

    list: () => Promise.all(bundles.map(read)),

    writesOf: ({ bundle, state: before, version, audit }, state, action, change) => {
      const event = appendAudit(audit, {
        entity: `flag-bundle:${bundle.name}`,
        at: change.now,
        actor: change.actor,
        action,
        before,
        after: state,
        reason: change.reason,
        requestId: change.requestId,
      })
      const item = { ...keyOf(bundle.name), ...state, version: version + 1, audit: event.end }
      const expect = version === 0 ? ({ absent: true } as const) : { version }
      return [{ kind: 'put', item, expect }, event.write]
    },
  }
}
