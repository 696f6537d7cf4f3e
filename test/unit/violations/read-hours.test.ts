import { describe, expect, it } from 'vitest'
import type { Table } from '../../../shared/kernel/table/table.ts'
import { readHours } from '../../../shared/violations/store.ts'
import { hoursBetween } from '../../../shared/violations/violation.ts'

const NOW = Date.parse('2026-02-15T12:30:00.000Z')
const HOUR_MS = 3_600_000
const never = () => Promise.reject(new Error('Hours are only queried.'))

/** A table whose every hour has this many rows, and how many hours were asked for at the same time. */
function hoursOf(rowsAnHour: number) {
  let atOnce = 0
  let most = 0
  const read: string[] = []
  const query: Table['query'] = async <T>(input: Parameters<Table['query']>[0]) => {
    const from = Number(input.startAfter?.['from'] ?? 0)
    if (from === 0) read.push(input.partition)
    atOnce += 1
    most = Math.max(most, atOnce)
    await Promise.resolve()
    atOnce -= 1
    const to = Math.min(from + input.limit, rowsAnHour)
    const items = Array.from({ length: to - from }, (_, n) => ({ identifier: `user-${from + n}` }) as T)
    return { items, ...(to < rowsAnHour ? { next: { from: to } } : {}) }
  }
  const table: Table = { get: never, getMany: never, query, commit: never }
  return { table, read, most: () => most }
}

describe('reading whole hours', () => {
  it('reads all of them, eight at once', async () => {
    const { table, read, most } = hoursOf(3)
    const { rows, complete } = await readHours(table, hoursBetween(NOW - 20 * HOUR_MS, NOW), undefined)
    expect([rows.length, complete, read.length, most()]).toEqual([63, true, 21, 8])
  })

  it('ends at 20,000 rows with the newest hours, and says that there are more', async () => {
    const { table, read } = hoursOf(3_000)
    const { rows, complete } = await readHours(table, hoursBetween(NOW - 20 * HOUR_MS, NOW), undefined)
    expect([rows.length, complete, read.length]).toEqual([20_000, false, 8])
    expect(read[0]).toBe('VIOLATION#2026-02-15T12')
  })

  it('says so of a single hour that is too large, and not of one that just fits', async () => {
    const large = await readHours(hoursOf(20_001).table, hoursBetween(NOW, NOW), undefined)
    const fitting = await readHours(hoursOf(20_000).table, hoursBetween(NOW, NOW), undefined)
    expect([large.complete, large.rows.length]).toEqual([false, 20_000])
    expect([fitting.complete, fitting.rows.length]).toEqual([true, 20_000])
  })
})
