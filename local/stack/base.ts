import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import type { Cleanup } from './cleanup.ts'
import { makeClients, type Clients } from './clients.ts'
import { openDataDir, type DataDir } from './data-dir.ts'
import { startEmulators, type Emulators } from './emulators.ts'
import { functionEnvironment } from './environment.ts'
import { TABLE_NAME } from './names.ts'
import { DEFAULT_TICK_SECONDS, type LocalOptions } from './options.ts'
import { assertNotRunning } from './runtime-file.ts'
import type { Report } from './sources.ts'
import { ensureTable } from './table.ts'
import { ensureCredentials, type Credentials } from './users.ts'

/** What is there before anything runs on it. */
export interface Base {
  readonly options: LocalOptions
  readonly cleanup: Cleanup
  readonly report: Report
  readonly dataDir: DataDir
  readonly credentials: Credentials
  readonly emulators: Emulators
  readonly clients: Clients
  readonly streamArn: string
  readonly environment: Readonly<Record<string, string>>
}

async function temporaryDataDir(cleanup: Cleanup): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'midwatch-'))
  cleanup.started({ stop: () => rm(path, { recursive: true, force: true }) })
  return path
}

/** Starts the stand-ins and creates what the functions expect to find. */
export async function startBase(options: LocalOptions, cleanup: Cleanup, report: Report): Promise<Base> {
  const dataDir = await openDataDir(options.dataDir ?? (await temporaryDataDir(cleanup)))
  await assertNotRunning(dataDir)
  const credentials = await ensureCredentials(dataDir)
  const [emulators] = await Promise.all([
    startEmulators(dataDir, credentials, options.databaseUrl, cleanup.started),
    options.prepare?.(),
  ])
  const clients = cleanup.started(makeClients(emulators.dynamodb.url, emulators.messaging.url))
  const streamArn = await ensureTable(clients.dynamodb, TABLE_NAME)
  const environment = functionEnvironment(emulators, {
    tickSeconds: options.tickSeconds ?? DEFAULT_TICK_SECONDS,
    version: packageJson.version,
    settings: options.environment ?? {},
  })
  return { options, cleanup, report, dataDir, credentials, emulators, clients, streamArn, environment }
}
