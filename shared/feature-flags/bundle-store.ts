import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import type { FlagBundle } from './bundle.ts'
import { bundleInForce, type BundleAction, type KnownBundle } from './change-bundle.ts'

/** A bundle's item: what was stored over its definition, whether it is applied, and what that has thrown. */
interface BundleItem extends Pick<KnownBundle, 'applied'> {
  readonly name: string
  readonly bundle?: FlagBundle
  readonly version: number
  readonly audit: ChainEnd
}

/** What there is of a name, with the end of its audit chain. */
export type FoundBundle = KnownBundle & { readonly audit: ChainEnd | undefined }

export interface BundleStore {
  readonly get: (name: string) => Promise<FoundBundle>
  /** Every bundle in force, by name. */
  readonly list: () => Promise<readonly FoundBundle[]>
  /** The writes of a new state: the bundle and its audit event. */
  readonly writesOf: (
    known: FoundBundle,
    next: KnownBundle,
    action: BundleAction,
    change: Attribution,
  ) => readonly Write[]
}

const ALL = `${ENTITIES.bundle}ALL`

const keyOf = (name: string): Key => ({ pk: ALL, sk: name })

/** What an audit event shows of a bundle. */
const outlineOf = (known: KnownBundle) => ({ ...bundleInForce(known), applied: known.applied })

/** @param defined bundles of the platform definition */
export function bundleStore(table: Table, defined: readonly FlagBundle[]): BundleStore {
  const definitions = new Map(defined.map((bundle) => [bundle.name, bundle]))

  const found = (name: string, item: BundleItem | undefined): FoundBundle => ({
    name,
    defined: definitions.get(name),
    stored: item?.bundle,
    applied: item?.applied,
    version: item?.version ?? 0,
    audit: item?.audit,
  })

  return {
    get: async (name) => found(name, await table.get<BundleItem>(keyOf(name))),

    list: async () => {
      const changed = await readAll<BundleItem>(table, { partition: ALL, consistent: true })
      const items = new Map(changed.map((item) => [item.name, item]))
      return [...new Set([...definitions.keys(), ...items.keys()])]
        .toSorted()
        .map((name) => found(name, items.get(name)))
        .filter((known) => bundleInForce(known) !== undefined)
    },

    writesOf: (known, next, action, change) => {
      const event = appendAudit(known.audit, {
        ...change,
        entity: `flag-bundle:${known.name}`,
        action,
        before: outlineOf(known),
        after: outlineOf(next),
      })
      const { name, stored: bundle, applied, version } = next
      const item = { ...keyOf(name), name, bundle, applied, version, audit: event.end }
      return [{ kind: 'put', item, expect: unchangedSince(known.version) }, event.write]
    },
  }
}
