import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startDynamoDb } from '../../local/emulators/dynamodb.ts'
import { TABLE_NAME } from '../../local/stack/names.ts'
import type { Task } from './child.ts'
import { fastClock, originNow } from './clock.ts'
import { changeOverrides, countersClient } from './exceptions.ts'
import type { Plan } from './plan.ts'
import type { Recording } from './recording.ts'

/** What all processes of a run saw. */
export interface RunRecord {
  readonly plan: Plan
  readonly recordings: readonly Recording[]
  readonly overrideChanges: number
  /** The true time at which it began, milliseconds since the epoch. */
  readonly startMs: number
}

/** What the clocks show when a run begins. */
const START_MS = Date.parse('2026-02-15T12:00:00.000Z')

/** Counters need the primary key alone. The table's stream, of which they have no use, would slow the emulator down with each write. */
const CREATE_TABLE = new CreateTableCommand({
  TableName: TABLE_NAME,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
})

/** The children are ours and send recordings. */
const trusted = (message: unknown) => message as Recording

/** @throws when the process ends first */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController()
  try {
    const { signal } = heard
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A process of the oracle ended with code ${String(code)}.`)
    })
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    heard.abort()
  }
}

async function startChild(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'child.ts'), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await messageOf(child)
  return child
}

function endChildren(children: readonly ChildProcess[]): void {
  for (const child of children) if (child.connected) child.disconnect()
}

async function recordAll(
  plan: Plan,
  endpoint: string,
  children: readonly ChildProcess[],
): Promise<RunRecord> {
  const origin = originNow(START_MS)
  const over = new AbortController()
  const changing = changeOverrides(plan, endpoint, fastClock(origin, plan.speed), over.signal)
  try {
    const recordings = children.map(async (child, index) => {
      child.send({ plan, origin, endpoint, index } satisfies Task)
      return trusted(await messageOf(child))
    })
    const heard = await Promise.all(recordings)
    over.abort()
    return { plan, recordings: heard, overrideChanges: await changing, startMs: START_MS }
  } finally {
    over.abort()
  }
}

/** Runs a plan: an emulator, and processes that each have a limiter of their own. */
export async function runPlan(plan: Plan): Promise<RunRecord> {
  const dynamodb = await startDynamoDb()
  const children: ChildProcess[] = []
  try {
    const client = countersClient(dynamodb.url)
    await client.send(CREATE_TABLE)
    client.destroy()
    children.push(...(await Promise.all(Array.from({ length: plan.processes }, startChild))))
    return await recordAll(plan, dynamodb.url, children)
  } finally {
    endChildren(children)
    await dynamodb.stop()
  }
}
