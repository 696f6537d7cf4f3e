import type { Effects } from '../../shared/kernel/effects.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import type { Write } from '../../shared/kernel/table/types.ts'

/** What becomes of a commit: it happens; it happens and nobody hears so; it is refused. */
export type Fate = 'done' | 'lost' | 'refused'

/** A row as the store would have it. */
export interface LedgerRow {
  readonly count: number
  readonly shadow: number
  readonly firstSeen: number
  readonly lastSeen: number
}

/** A commit that was taken: when, and which rows it touched. */
interface Taken {
  readonly at: number
  readonly rows: readonly string[]
}

/** Takes the sums that a recorder writes, each write id once, as the store does. */
export interface Ledger {
  readonly table: Table
  /** By `<partition>/<sort key>`. */
  readonly rows: ReadonlyMap<string, LedgerRow>
  readonly taken: readonly Taken[]
  /** Decides what becomes of each further commit. */
  readonly fates: (next: () => Fate) => void
  /** Commits wait until the promise resolves. */
  readonly hold: (until: Promise<void>) => void
}

const done = (): Fate => 'done'
const never = () => Promise.reject(new Error('The recorder only writes.'))

function applied(row: LedgerRow | undefined, write: Extract<Write, { kind: 'update' }>): LedgerRow {
  const { count = 0, shadow = 0 } = write.add ?? {}
  return {
    count: (row?.count ?? 0) + count,
    shadow: (row?.shadow ?? 0) + shadow,
    firstSeen: row?.firstSeen ?? Number(write.setOnce?.['firstSeen']),
    lastSeen: Number(write.set?.['lastSeen']),
  }
}

export function violationLedger(effects: Pick<Effects, 'now'>): Ledger {
  const rows = new Map<string, LedgerRow>()
  const taken: Taken[] = []
  const seen = new Map<string, string>()
  let fate = done
  let held: Promise<void> = Promise.resolve()

  function take(writes: readonly Write[]): void {
    const updates = writes.filter((write) => write.kind === 'update')
    const keys = updates.map(({ key }) => `${key.pk}/${key.sk}`)
    if (new Set(keys).size < writes.length) throw new Error('A transaction touches an item once.')
    updates.forEach((write, index) => {
      const key = keys[index] ?? ''
      rows.set(key, applied(rows.get(key), write))
    })
    taken.push({ at: effects.now(), rows: keys })
  }

  const commit: Table['commit'] = async (writes, writeId) => {
    await held
    const text = JSON.stringify(writes)
    if (seen.has(writeId) && seen.get(writeId) !== text) throw new Error('A write id was used twice.')
    const next = fate()
    if (next === 'refused') throw new Problem('unavailable')
    if (!seen.has(writeId)) take(writes)
    seen.set(writeId, text)
    if (next === 'lost') throw new Problem('unavailable')
    return { committed: true }
  }

  return {
    table: { get: never, getMany: never, query: never, commit },
    rows,
    taken,
    fates: (next) => void (fate = next),
    hold: (until) => void (held = until),
  }
}
