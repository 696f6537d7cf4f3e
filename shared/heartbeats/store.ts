import type { HeartbeatSignals } from '../health/probe.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'

/** What a watched job reported. */
export interface Ping {
  readonly signal: 'success' | 'start' | 'failure' | 'log'
  readonly exitCode?: number | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

type StoredSignals = Partial<HeartbeatSignals>

const keyOf = (checkId: string) => ({ pk: `${ENTITIES.heartbeat}${checkId}`, sk: 'SIGNALS' })

const attributesOf = ({ signal, exitCode, at }: Ping): StoredSignals => {
  switch (signal) {
    case 'success':
      return { lastSuccessAt: at }
    case 'start':
      return { lastStartAt: at }
    case 'failure':
      return { lastFailureAt: at, ...(exitCode === undefined ? {} : { lastExitCode: exitCode }) }
    case 'log':
      return {}
  }
}

/** Remembers a job's report: one write, whatever the job has reported before. */
export async function recordPing(table: Table, checkId: string, ping: Ping, writeId: string): Promise<void> {
  const set = { lastSeenAt: ping.at, ...attributesOf(ping) }
  await table.commit([{ kind: 'update', key: keyOf(checkId), set, expect: { anything: true } }], writeId)
}

/**
 * The last reports of a job. The first look at a job starts its clock, so that one which never reports is late in the end.
 * @param now milliseconds since the epoch
 */
export async function signalsOf(
  table: Table,
  checkId: string,
  now: number,
  writeId: string,
): Promise<HeartbeatSignals> {
  const stored = await table.get<StoredSignals>(keyOf(checkId))
  if (stored?.watchedSince !== undefined) return { ...stored, watchedSince: stored.watchedSince }
  const set = { watchedSince: now }
  await table.commit([{ kind: 'update', key: keyOf(checkId), set, expect: { anything: true } }], writeId)
  return { ...stored, watchedSince: now }
}
