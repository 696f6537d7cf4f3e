import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { dataDirAt } from '../../local/stack/data-dir.ts'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../local/stack/names.ts'
import { findRunning, type Runtime } from '../../local/stack/runtime-file.ts'
import { readCredentials, type UserRole } from '../../local/stack/users.ts'
import { userToken } from '../../local/token/sign-in.ts'
import { api, type Api } from './api.ts'
import type { TableAccess } from './outbox.ts'
import { NO_DATABASE, seen } from './test-stack.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** `npm start` as a process of its own. */
export interface StackProcess {
  readonly api: Api
  readonly table: TableAccess
  /** SIGKILL for the process and all that it has started; resolves when it is gone. */
  readonly killAll: () => Promise<void>
}

const pidsIn = (path: string): readonly number[] =>
  readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** A process and everything below it. */
function familyOf(pid: number): readonly number[] {
  const tasks = `/proc/${pid}/task`
  const children = readdirSync(tasks).flatMap((task) => pidsIn(join(tasks, task, 'children')))
  return [pid, ...children.flatMap(familyOf)]
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its parent.
  }
}

/** A role's token, from a sign-in. */
async function signIn(dataDir: string, runtime: Runtime, role: UserRole): Promise<string> {
  const credentials = await readCredentials(dataDirAt(dataDir))
  if (credentials === undefined) throw new Error('The stack has made no credentials.')
  const { clientId, cognitoUrl: endpoint } = runtime
  return userToken({ region: REGION, clientId, endpoint, ...credentials.users[role] })
}

function tableOf({ dynamodbUrl: endpoint }: Runtime): TableAccess {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: LOCAL_CREDENTIALS })
  return { client: DynamoDBDocumentClient.from(client), tableName: TABLE_NAME }
}

/** Starts `local/main.ts` on a data directory and resolves when it answers. */
export async function startStackProcess(dataDir: string): Promise<StackProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'local/main.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: '0',
      MIDWATCH_DATA_DIR: dataDir,
      MIDWATCH_TICK_SECONDS: '60',
      DATABASE_URL: NO_DATABASE,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (complaints += text))
  const runtime = await seen('the stack to answer', async () => {
    if (child.exitCode !== null) throw new Error(`The stack did not start: ${complaints}`)
    return findRunning(dataDirAt(dataDir))
  })
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (role: UserRole | 'machine') => {
    const token = tokens.get(role) ?? signIn(dataDir, runtime, role === 'machine' ? 'admin' : role)
    tokens.set(role, token)
    return token
  }
  return {
    api: api(runtime.url, tokenOf),
    table: tableOf(runtime),
    killAll: async () => {
      const exited = once(child, 'exit')
      familyOf(runtime.pid).forEach(kill)
      await exited
    },
  }
}
