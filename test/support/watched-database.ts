import { randomBytes } from 'node:crypto'
import { afterAll } from 'vitest'
import { startPostgres } from '../../local/emulators/postgres.ts'
import type { Running } from '../../local/emulators/running.ts'

/**
 * A database for the test file. The stand-in lets everybody in, so it is watched with a password that is worth looking for.
 * @returns its URL; to be called before the stack starts
 */
export function watchedDatabase(): () => Promise<{ readonly databaseUrl: string }> {
  let database: Running | undefined
  afterAll(() => database?.stop())
  return async () => {
    database = await startPostgres()
    const url = new URL(database.url)
    url.password = randomBytes(12).toString('hex')
    return { databaseUrl: url.href }
  }
}
