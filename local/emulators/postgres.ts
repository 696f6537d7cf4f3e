import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { freePort, LOOPBACK, type Running } from './running.ts'

export interface PostgresOptions {
  /** 0 or absent for any free port. */
  readonly port?: number
  /** Keeps the database between runs; without it a temporary directory does, deleted by `stop()`. */
  readonly dataDir?: string
}

const NAME = 'midwatch'
const MAX_CONNECTIONS = 50

// Buffers are memory that a probe's target never uses; PostgreSQL's default of 128 MB would be touched on start.
const SMALL = ['shared_buffers = 1MB', `max_connections = ${MAX_CONNECTIONS}`]

/**
 * Starts a PostgreSQL for the probe to watch: PGlite in this process, speaking the wire protocol. Its `url` names user,
 * password and database `midwatch`, though it lets everybody in. Connections take turns on one session: no TLS,
 * and `statement_timeout` and cancel requests have no effect, so time out on the client.
 * @throws Error when the port is taken or the data directory is not a usable cluster
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Running> {
  const port = await freePort(options.port)
  const temporary =
    options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'midwatch-postgres-')) : undefined
  const dataDir = options.dataDir ?? join(temporary ?? '', 'data')
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir)
  const db = await open(dataDir, { username: NAME, database: NAME })
  const server = new PGLiteSocketServer({ db, host: LOOPBACK, port, maxConnections: MAX_CONNECTIONS })
  await server.start()
  const end = async (): Promise<void> => {
    await server.stop()
    await db.close()
    if (temporary) await rm(temporary, { recursive: true, force: true })
  }
  let stopped: Promise<void> | undefined
  const url = `postgres://${NAME}:${NAME}@${LOOPBACK}:${port}/${NAME}?sslmode=disable`
  return { port, url, stop: () => (stopped ??= end()) }
}

/** Creates a cluster with the database `midwatch`. For `postgres-init.ts`; takes seconds and much memory. */
export async function createCluster(dataDir: string): Promise<void> {
  const db = await open(dataDir)
  await db.exec(`CREATE ROLE ${NAME} SUPERUSER LOGIN PASSWORD '${NAME}'`)
  await db.exec(`CREATE DATABASE ${NAME} OWNER ${NAME}`)
  await db.close()
}

/** Built beside its place and then renamed, so that an interrupted start leaves no half-made cluster behind. */
async function initialise(dataDir: string): Promise<void> {
  const unfinished = `${dataDir}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(dirname(dataDir), { recursive: true })
  const script = fileURLToPath(new URL('postgres-init.ts', import.meta.url))
  try {
    await promisify(execFile)(process.execPath, ['--no-warnings', script, unfinished])
  } catch (cause) {
    throw new Error(`The PostgreSQL data directory ${dataDir} could not be created.`, { cause })
  }
  await rename(unfinished, dataDir)
}

async function open(
  dataDir: string,
  session: { username?: string; database?: string } = {},
): Promise<PGlite> {
  // The optimising compiler would take hundreds of megabytes for speed that a probe's target does not need.
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
  try {
    return await PGlite.create({ dataDir, postgresqlconf: SMALL, ...session })
  } catch (cause) {
    throw new Error(`The PostgreSQL data directory ${dataDir} cannot be opened: delete it to start afresh.`, {
      cause,
    })
  }
}
