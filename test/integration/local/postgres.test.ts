import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { startFaultProxy } from '../../../local/fault-proxy.ts'
import { startPostgres } from '../../../local/emulators/postgres.ts'
import { during, temporaryDirectory } from './support.ts'

const dataDir = join(await temporaryDirectory(), 'postgres')
let running = await startPostgres({ dataDir })
afterAll(() => running.stop())

async function connected(port = running.port): Promise<Client> {
  const connectionString = running.url.replace(String(running.port), String(port))
  const client = new Client({ connectionString })
  // A connection that is cut while idle reports it here; these tests cut some on purpose.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function query(sql: string, values: readonly unknown[] = []): Promise<unknown[]> {
  const client = await connected()
  try {
    return (await client.query(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

test('it serves the user and the database that its URL names', async () => {
  const rows = await query('SELECT current_user AS user, current_database() AS database')
  expect(rows).toEqual([{ user: 'midwatch', database: 'midwatch' }])
})

test('connections one after another and at the same time each get their own answer', async () => {
  for (const n of [1, 2, 3]) expect(await query('SELECT $1::int AS n', [n])).toEqual([{ n }])
  const numbers = Array.from({ length: 20 }, (_, n) => n)
  const rows = await Promise.all(numbers.map((n) => query('SELECT $1::int AS n', [n])))
  expect(rows).toEqual(numbers.map((n) => [{ n }]))
})

test('a client that leaves within a transaction does not block the others', async () => {
  const leaving = await connected()
  await leaving.query('BEGIN')
  const waiting = query('SELECT 1 AS n')
  await leaving.end()
  expect(await waiting).toEqual([{ n: 1 }])
})

test('a failing query leaves the server working', async () => {
  await expect(query('SELECT nonsense')).rejects.toThrow('column "nonsense" does not exist')
  expect(await query('SELECT 1 AS n')).toEqual([{ n: 1 }])
})

test('the data survives a restart', async () => {
  await query('CREATE TABLE kept (n int)')
  await query('INSERT INTO kept VALUES (7)')
  await running.stop()
  running = await startPostgres({ dataDir })
  expect(await query('SELECT n FROM kept')).toEqual([{ n: 7 }])
})

test('a broken data directory and a port in use are each said in one sentence', async () => {
  const broken = join(await temporaryDirectory(), 'broken')
  await mkdir(broken)
  await writeFile(join(broken, 'PG_VERSION'), '18\n')
  await expect(startPostgres({ dataDir: broken })).rejects.toThrow(
    'cannot be opened: delete it to start afresh.',
  )
  await expect(startPostgres({ dataDir, port: running.port })).rejects.toThrow('is already in use.')
})

test('behind a fault proxy it can be taken down and brought back', async () => {
  const target = { host: '127.0.0.1', port: running.port }
  const proxy = await during(startFaultProxy({ target, mode: 'tcp' }))
  const client = await connected(proxy.port)
  await proxy.set({ down: true })
  await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|terminated/)
  await expect(connected(proxy.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.clear()
  const again = await connected(proxy.port)
  expect((await again.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  await again.end()
})
