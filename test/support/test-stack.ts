import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { buildIfStale } from '../../infra/build-if-stale.ts'
import type { LocalRole } from '../../local/stack/users.ts'
import type { LocalOptions } from '../../local/stack/options.ts'
import { startLocal, type LocalStack } from '../../local/stack.ts'
import type { InboxEntry } from '../../local/stack/inbox.ts'
import { openTable, type Table } from '../../shared/kernel/table/table.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { api, type Api } from './api.ts'

/** A stack on loopback and free ports, with what tests ask of it. */
export interface TestStack extends LocalStack {
  readonly api: Api
  /** The table as the functions see it, past the fault proxies. */
  readonly rows: Table
}

/** For files that watch no database: nothing listens there, and no PostgreSQL needs to start. */
export const NO_DATABASE = 'postgres://nobody:nothing@127.0.0.1:1/none?sslmode=disable'

const START_MS = 60_000

/** Starts a stack; whoever calls stops it. */
export async function startStack(options: LocalOptions = {}): Promise<TestStack> {
  const stack = await startLocal({ prepare: buildIfStale, ...options })
  const tokens = new Map<LocalRole, Promise<string>>()
  const tokenOf = (role: LocalRole): Promise<string> => {
    const token = tokens.get(role) ?? stack.token(role)
    tokens.set(role, token)
    return token
  }
  return {
    ...stack,
    api: api(stack.url, tokenOf),
    rows: openTable(stack.table(), stack.tableName, systemEffects),
  }
}

/**
 * One stack for the test file, with the real bundles.
 * @param options what `startLocal` takes, made just before the start
 * @returns the stack, once `beforeAll` has run
 */
export function testStack(options: () => Promise<LocalOptions> | LocalOptions = () => ({})): () => TestStack {
  let stack: TestStack | undefined
  beforeAll(async () => {
    stack = await startStack(await options())
  }, START_MS)
  afterAll(() => stack?.stop(), START_MS)
  return () => {
    if (stack === undefined) throw new Error('The stack is there once beforeAll has run.')
    return stack
  }
}

/** Every condition of these tests comes true within this time, or the test says which one did not. */
const PATIENCE_MS = 45_000
const LOOK_EVERY_MS = 20

/**
 * Looks again and again until there is something to see.
 * @param what completes the sentence "Waited in vain for …"
 */
export async function seen<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > endMs) throw new Error(`Waited in vain for ${what}.`)
    await delay(LOOK_EVERY_MS)
  }
}

/** The event of a message, e.g. `firing`. */
export const eventOf = ({ attributes }: InboxEntry): string => attributes['status'] ?? ''

/** Reads a field of something that came out of JSON, by its dotted path. */
export function field(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
      value,
    )
}
