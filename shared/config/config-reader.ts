import type { Effects } from '../kernel/effects.ts'
import { LiveReader } from '../kernel/live-set/live-reader.ts'
import type { Table } from '../kernel/table/table.ts'
import { configSetOf, type ConfigSet, type LiveConfigEntry } from './config-set.ts'
import type { Entry } from './entry.ts'

/** The configuration of a container. */
export type ConfigReader = LiveReader<LiveConfigEntry, ConfigSet>

/**
 * Keeps the configuration at hand.
 * @param defined the entries of the platform definition
 */
export const configReader = (
  table: Table,
  effects: Pick<Effects, 'monotonicMs' | 'now' | 'wait'>,
  defined: readonly Entry[],
): ConfigReader =>
  new LiveReader({
    table,
    entity: 'config-live',
    build: (stored) => configSetOf(defined, stored),
    effects,
  })
