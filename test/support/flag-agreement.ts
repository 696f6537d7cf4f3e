import { afterAll } from 'vitest'
import { verifyAudit } from '../../shared/audit/verify.ts'
import type { FlagClient } from '../../shared/feature-flags/client.ts'
import { compileFlag } from '../../shared/feature-flags/compile.ts'
import type { EvaluationContext } from '../../shared/feature-flags/context.ts'
import { evaluate, type FlagSet } from '../../shared/feature-flags/evaluate.ts'
import { flagEntity, flagStore, inForce, type FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import { flagClient } from '../../shared/feature-flags/open-flags.ts'
import { flagView } from '../../shared/feature-flags/view.ts'
import { auditPartition, type AuditEvent } from '../../shared/kernel/audit.ts'
import { canonicalJson } from '../../shared/kernel/canonical.ts'
import { EMPTY_POINTER } from '../../shared/kernel/live-set/live-set.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { auditFaults } from './outbox.ts'
import { TEST_TABLE, type TestTable } from './table.ts'

const { flags: defined } = secondWatchNetwork

/** A container that has just started, and knows what the table says now. */
export async function freshClient(table: Table): Promise<FlagClient> {
  const client = flagClient({ table, flags: defined, effects: systemEffects, patienceMs: 20_000 })
  await client.refresh()
  return client
}

/** The events of a flag, oldest first. */
export async function flagEvents(table: Table, key: string): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  let startAfter: Readonly<Record<string, unknown>> | undefined
  do {
    const page = await table.query<AuditEvent>({
      partition: auditPartition(flagEntity(key)),
      consistent: true,
      limit: 500,
      ...(startAfter === undefined ? {} : { startAfter }),
    })
    events.push(...page.items)
    startAfter = page.next
  } while (startAfter !== undefined)
  return events
}

/** Whether the newest event is about the flag as it is; its JSON has no fields that are undefined. */
function isAsTold(known: FoundFlag, last: AuditEvent | undefined): boolean {
  const flag = known.isArchived ? undefined : (known.stored ?? known.defined)
  const shown = flag === undefined ? undefined : flagView(flag, known)
  return canonicalJson(shown ?? null) === canonicalJson(last?.after ?? null)
}

async function historyFaults(table: Table, known: FoundFlag): Promise<readonly string[]> {
  const events = await flagEvents(table, known.key)
  return [
    ...verifyAudit(events, []).map(({ where, what }) => `${where}: ${what}`),
    ...(events.length === known.version
      ? []
      : [`${known.key} has ${events.length} events at ${known.version}`]),
    ...(known.version === 0 || isAsTold(known, events.at(-1))
      ? []
      : [`${known.key} is not as its last event says`]),
  ]
}

const CONTEXTS: readonly EvaluationContext[] = Array.from({ length: 20 }, (_, n) => ({
  targetingKey: `user-${n}`,
  roles: n % 2 === 0 ? ['staff'] : [],
  organization: `studio-${n % 3}`,
}))

const said = (evaluation: object): string => canonicalJson(evaluation)

/** What a container that has just started makes of the flags, against what the flags are. */
async function liveFaults(table: Table, flags: ReadonlyMap<string, FoundFlag>): Promise<readonly string[]> {
  const client = await freshClient(table)
  const all = inForce({ pointer: EMPTY_POINTER, flags })
  const set: FlagSet = new Map(
    [...all].map(([key, flag]) => [key, compileFlag(flag, flags.get(key)?.isSwitched ?? false)] as const),
  )
  return [...flags.keys()].flatMap((key) =>
    CONTEXTS.flatMap((context) => {
      const expected = said(evaluate(set, key, context, systemEffects.now))
      const actual = said(client.evaluate(key, context))
      return actual === expected ? [] : [`${key} is ${actual} instead of ${expected}`]
    }),
  )
}

/**
 * Whether flags, their history, and what containers know of them agree.
 * @returns what does not; empty when everything does
 */
export async function disagreements(table: Table): Promise<readonly string[]> {
  const { flags } = await flagStore(table, systemEffects, defined).all()
  const histories = await Promise.all([...flags.values()].map((known) => historyFaults(table, known)))
  return [...histories.flat(), ...(await liveFaults(table, flags))]
}

/**
 * Whatever the tests of a file do: in the end flags, history and what containers know agree, and the audit chains verify.
 * @param started from `testTable`
 */
export function agreeInTheEnd(started: () => TestTable): void {
  afterAll(async () => {
    const { table, client } = started()
    const broken = await auditFaults({ client, tableName: TEST_TABLE })
    const faults = [...(await disagreements(table)), ...broken.map(({ where, what }) => `${where}: ${what}`)]
    if (faults.length > 0) throw new Error(faults.join('\n'))
  }, 60_000)
}
