import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Effects } from '../effects.ts'
import { storeUnavailable } from './errors.ts'
import { fillPage } from './fill-page.ts'
import { BATCH_KEYS, contentOf, getChunk, keyOf, queryOnce } from './reads.ts'
import type { CommitResult, Key, Page, QueryInput, Write } from './types.ts'
import { attemptCommit } from './writes.ts'

/** How long to wait for a contended transaction, on average, before each further try. */
const CONTENTION_WAITS_MS = [20, 60, 180, 540]

/** The single table. Stores speak domain types; only this folder knows DynamoDB's shapes. */
export interface Table {
  /**
   * Reads one item, consistently unless told otherwise.
   * @returns the item, or `undefined`
   */
  readonly get: <T>(key: Key, options?: { readonly consistent?: boolean }) => Promise<T | undefined>
  /**
   * Reads many items at once, up to 100 a request, without strong consistency. Missing ones are left out.
   * @returns the items with their keys, in no particular order
   */
  readonly getMany: <T>(keys: readonly Key[]) => Promise<readonly { readonly key: Key; readonly item: T }[]>
  /**
   * Reads one page of a partition, in the order of its sort key. With `where`, reads on until the page is full or the
   * partition or the patience for it ends; `next` says whether there may be more.
   */
  readonly query: <T>(input: QueryInput) => Promise<Page<T>>
  /**
   * Writes everything or nothing. A retry whose first try was committed reads back its own `writeId` and succeeds.
   * @param writes at most 100, each on another item
   * @param writeId identifies this change; the same id never happens twice
   */
  readonly commit: (writes: readonly Write[], writeId: string) => Promise<CommitResult>
}

/** Connections at once: a batch records up to 50 checks, each with a few calls. A call that waits for one times out. */
const SOCKETS = { maxSockets: 200 }

/** One client a container, with short timeouts: DynamoDB answers in milliseconds or not at all. */
export const makeDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 4,
      requestHandler: {
        connectionTimeout: 1_000,
        requestTimeout: 3_000,
        // Without this the SDK only warns, and waits on.
        throwOnRequestTimeout: true,
        httpAgent: SOCKETS,
        httpsAgent: SOCKETS,
      },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  )

/**
 * Opens the table.
 * @param client from `makeDocumentClient`
 */
export function openTable(client: DynamoDBDocumentClient, tableName: string, effects: Effects): Table {
  return {
    get: async <T>(key: Key, { consistent = true } = {}) => {
      const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: consistent })
      const { Item } = await client.send(command).catch((error: unknown) => {
        throw storeUnavailable(error)
      })
      return Item === undefined ? undefined : contentOf<T>(Item)
    },

    getMany: async <T>(keys: readonly Key[]) => {
      const chunks = Array.from({ length: Math.ceil(keys.length / BATCH_KEYS) }, (_, index) =>
        keys.slice(index * BATCH_KEYS, (index + 1) * BATCH_KEYS),
      )
      const found = await Promise.all(chunks.map((chunk) => getChunk(client, tableName, chunk)))
      return found.flat().map((item) => ({ key: keyOf(item), item: contentOf<T>(item) }))
    },

    query: async <T>(input: QueryInput) => {
      const { items, next } = await fillPage((page) => queryOnce(client, tableName, page), input)
      return { items: items.map((item) => contentOf<T>(item)), ...(next === undefined ? {} : { next }) }
    },

    commit: async (writes, writeId) => {
      for (const meanMs of CONTENTION_WAITS_MS) {
        const result = await attemptCommit(client, tableName, writes, writeId)
        if (result !== 'contended') return result
        await effects.wait(effects.random() * 2 * meanMs)
      }
      const last = await attemptCommit(client, tableName, writes, writeId)
      if (last === 'contended') throw storeUnavailable(new Error('The transaction stayed contended.'))
      return last
    },
  }
}
