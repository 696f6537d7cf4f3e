import { existsSync } from 'node:fs'
import { SCOPES } from '../../shared/kernel/route.ts'
import { startCognito, type RunningCognito } from '../emulators/cognito.ts'
import { startDynamoDb, type RunningDynamoDb } from '../emulators/dynamodb.ts'
import { startExternalApi } from '../emulators/external-api.ts'
import { startMessaging, type RunningMessaging } from '../emulators/messaging.ts'
import { startPostgres } from '../emulators/postgres.ts'
import type { Running } from '../emulators/running.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import type { DataDir } from './data-dir.ts'
import type { FaultTarget } from './faults.ts'
import { MESSAGING, REGION, USER_CLIENT_ID, USER_POOL_ID } from './names.ts'
import { USER_ROLES, type Credentials } from './users.ts'

/** Puts something that was started on the list of what is stopped at the end, last first. */
export type Started = <T extends { readonly stop: () => Promise<void> }>(started: T) => T

export interface Emulators {
  readonly dynamodb: RunningDynamoDb
  readonly messaging: RunningMessaging
  readonly cognito: RunningCognito
  readonly proxies: Partial<Record<FaultTarget, FaultProxy>>
  /** What the functions are told, by way of the fault proxies. */
  readonly databaseUrl: string
}

const seededUsers = ({ users }: Credentials) =>
  USER_ROLES.map((role) => {
    const { username, password } = users[role]
    return { username, password, groups: [role] }
  })

function cognitoOptions(dataDir: DataDir, credentials: Credentials) {
  const { clientId, clientSecret } = credentials.machine
  return {
    region: REGION,
    poolId: USER_POOL_ID,
    clients: [{ clientId: USER_CLIENT_ID }, { clientId, secret: clientSecret, scopes: SCOPES }],
    users: seededUsers(credentials),
    dataDir: dataDir.path,
  }
}

/** A database of the user's own goes through the proxy too, unless its certificate must name the host. */
function ownDatabase(url: string): { readonly host: string; readonly port: number } | undefined {
  const { hostname, port, searchParams } = new URL(url)
  const verified = !['disable', 'require'].includes(searchParams.get('sslmode') ?? 'verify-full')
  return verified ? undefined : { host: hostname, port: Number(port || 5432) }
}

function throughProxy(url: string, proxy: Running): string {
  const changed = new URL(url)
  changed.hostname = '127.0.0.1'
  changed.port = String(proxy.port)
  return changed.href
}

async function databaseBehindProxy(dataDir: DataDir, own: string | undefined, started: Started) {
  const url = own ?? started(await startPostgres({ dataDir: dataDir.file('postgres') })).url
  const target = ownDatabase(url)
  if (target === undefined) return { databaseUrl: url }
  const proxy = started(await startFaultProxy({ target, mode: 'tcp' }))
  return { databaseUrl: throughProxy(url, proxy), database: proxy }
}

/** @throws one sentence that names the data file, when that is what the emulator cannot use */
async function startTable(dataFile: string): Promise<RunningDynamoDb> {
  const isThere = existsSync(dataFile)
  try {
    return await startDynamoDb({ dataFile })
  } catch (error) {
    if (!isThere || !(error instanceof Error) || !error.message.includes('ended')) throw error
    throw new Error(
      `The DynamoDB emulator cannot use ${dataFile}; npm run reset deletes it with all other local data.`,
      { cause: error },
    )
  }
}

const loopback = ({ port }: Running) => ({ host: '127.0.0.1', port })

/** A proxy before each HTTP stand-in; the three services of one stand-in get one each. */
async function httpProxies(targets: Record<Exclude<FaultTarget, 'database'>, Running>, started: Started) {
  const entries = Object.entries(targets).map(async ([name, target]) => {
    const proxy = await startFaultProxy({ target: loopback(target), mode: 'http' })
    return [name, started(proxy)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/**
 * Starts the stand-ins of everything that Midwatch uses and watches, each behind a fault proxy.
 * @param own a PostgreSQL to watch in place of the stand-in
 * @throws one sentence about the stand-in that does not start; what was started by then is on the list
 */
export async function startEmulators(
  dataDir: DataDir,
  credentials: Credentials,
  own: string | undefined,
  started: Started,
): Promise<Emulators> {
  const [dynamodb, messaging, cognito, external, database] = await Promise.all([
    startTable(dataDir.file('dynamodb.sqlite')).then(started),
    startMessaging({ ...MESSAGING, region: REGION, dataDir: dataDir.file('messaging') }).then(started),
    startCognito(cognitoOptions(dataDir, credentials)).then(started),
    startExternalApi().then(started),
    databaseBehindProxy(dataDir, own, started),
  ])
  const targets = {
    dynamodb,
    cognito,
    s3: messaging,
    sns: messaging,
    sqs: messaging,
    'external-api': external,
  }
  const { databaseUrl, ...proxied } = database
  return {
    dynamodb,
    messaging,
    cognito,
    databaseUrl,
    proxies: { ...(await httpProxies(targets, started)), ...proxied },
  }
}
