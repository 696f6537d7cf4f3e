import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { randomUUID } from 'node:crypto'
import { startHttpServer } from './gateway/server.ts'
import type { Invoke } from './host/invocation.ts'
import { createApi } from './stack/api.ts'
import { startBase, type Base } from './stack/base.ts'
import { cleanupList, type Cleanup } from './stack/cleanup.ts'
import { faultControls, type FaultControls } from './stack/faults.ts'
import type { InboxEntry, InboxFilter } from './stack/inbox.ts'
import { REGION, TABLE_NAME, USER_CLIENT_ID } from './stack/names.ts'
import { DEFAULT_BUNDLE_DIR, type LocalOptions } from './stack/options.ts'
import { openStackInbox, startHost, startSources } from './stack/run.ts'
import { writeRuntime } from './stack/runtime-file.ts'
import type { Report } from './stack/sources.ts'
import type { Credentials, LocalRole } from './stack/users.ts'
import { machineToken, userToken } from './token/sign-in.ts'

/** The whole of Midwatch on this machine. */
export interface LocalStack {
  /** Where the API is, e.g. `http://127.0.0.1:3000`. */
  readonly url: string
  readonly dataDir: string
  readonly credentials: Credentials
  /** A bearer token from a real sign-in. */
  readonly token: (role: LocalRole) => Promise<string>
  /** Runs every schedule that is due with the next tick, and resolves when all of it has ended. */
  readonly tick: () => Promise<void>
  readonly faults: FaultControls
  /** What the severity topics delivered, newest first. */
  readonly inbox: (filter?: InboxFilter) => readonly InboxEntry[]
  /** A client for the table `tableName` that bypasses the fault proxies. */
  readonly table: () => DynamoDBDocumentClient
  readonly tableName: string
  /** Invokes a function directly. */
  readonly invoke: Invoke
  /** What the functions are told. */
  readonly environment: Readonly<Record<string, string>>
  /** Resolves with an error when a stand-in ends by itself, with undefined after `stop()`. */
  readonly broken: Promise<Error | undefined>
  readonly stop: () => Promise<void>
}

function signIn({ emulators, credentials }: Base, role: LocalRole): Promise<string> {
  const { cognito } = emulators
  if (role === 'machine') return machineToken({ tokenUrl: cognito.tokenUrl, ...credentials.machine })
  return userToken({
    region: REGION,
    clientId: USER_CLIENT_ID,
    endpoint: cognito.url,
    ...credentials.users[role],
  })
}

function remember(
  { dataDir, emulators, streamArn, environment, options }: Base,
  instance: string,
  url: string,
) {
  return writeRuntime(dataDir, {
    instance,
    pid: process.pid,
    url,
    cognitoUrl: emulators.cognito.url,
    tokenUrl: emulators.cognito.tokenUrl,
    clientId: USER_CLIENT_ID,
    dynamodbUrl: emulators.dynamodb.url,
    streamArn,
    bundleDir: options.bundleDir ?? DEFAULT_BUNDLE_DIR,
    environment,
  })
}

async function start(options: LocalOptions, cleanup: Cleanup, report: Report): Promise<LocalStack> {
  const onError = (error: unknown) => report('gateway', error)
  const server = cleanup.started(
    await startHttpServer({ port: options.port ?? 0, requestId: randomUUID, onError }),
  )
  const base = await startBase(options, cleanup, report)
  const instance = randomUUID()
  const faults = faultControls(base.emulators.proxies)
  const inbox = await openStackInbox(base)
  const host = startHost(base)
  const clock = await startSources(base, host.invoke)
  server.answerWith(createApi({ ...base, host, inbox, faults, instance }))
  // Stopped first of all, so that requests in work still find everything in place.
  cleanup.started(server)
  const url = `http://127.0.0.1:${server.port}`
  await remember(base, instance, url)
  return {
    url,
    dataDir: base.dataDir.path,
    credentials: base.credentials,
    token: (role) => signIn(base, role),
    tick: clock.tick,
    faults,
    inbox: inbox.entries,
    table: () => base.clients.documents,
    tableName: TABLE_NAME,
    invoke: host.invoke,
    environment: base.environment,
    broken: base.emulators.dynamodb.exited,
    stop: cleanup.run,
  }
}

/**
 * Starts Midwatch on this machine: the built functions behind a gateway, a scheduler and pollers with AWS's semantics, and
 * stand-ins for everything that it uses and watches.
 * @throws one sentence when the port is taken, a stand-in does not start or the data directory cannot be used; nothing
 *   is left running then
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalStack> {
  const report = options.report ?? (() => undefined)
  const cleanup = cleanupList((error) => report('stopping', error))
  try {
    return await start(options, cleanup, report)
  } catch (error) {
    await cleanup.run()
    throw error
  }
}
