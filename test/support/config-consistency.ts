import { expect } from 'vitest'
import { verifyAudit } from '../../shared/audit/verify.ts'
import { configReader } from '../../shared/config/config-reader.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { chainOf, get } from './config-routes.ts'
import { bodyOf } from './http-event.ts'

/** What a container that has just started goes by: `undefined` where the default holds. */
export async function liveValueOf(table: Table, key: string): Promise<unknown> {
  const reader = configReader(table, systemEffects, secondWatchNetwork.config)
  const { value } = await reader.refresh()
  return value.get(key)?.value
}

/** Everything that is said of a key says the same: its item, its history, and what containers go by. */
export async function expectConsistent(table: Table, key: string): Promise<void> {
  const view = bodyOf(await get(key))
  const events = await chainOf(table, key)
  expect(verifyAudit(events, [])).toEqual([])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1))
  expect(view['version']).toBe(events.length)
  expect(events.at(-1)?.after ?? view).toMatchObject({ value: view['value'], is_default: view['is_default'] })
  expect(await liveValueOf(table, key)).toEqual(view['is_default'] === true ? undefined : view['value'])
}
