import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { Effects } from '../effects.ts'
import { cancellationsOf, storeUnavailable } from './errors.ts'
import { fillPage, type RawPage } from './fill-page.ts'
import { conditionOf, filterOf, keyConditionOf, updateOf, type Expression } from './expressions.ts'
import type { CommitResult, Key, Page, QueryInput, Write } from './types.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** How long to wait for a contended transaction, on average, before each further try. */
const CONTENTION_WAITS_MS = [20, 60, 180, 540]

/** What one BatchGetItem takes at most, and how often unprocessed keys are asked for again. */
const BATCH_KEYS = 100
const BATCH_ROUNDS = 5

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

/** One client a container, with short timeouts: DynamoDB answers in milliseconds or not at all. */
export const makeDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  )

/** What an item carries for the table's own sake; stores never see it again. */
const STORAGE_ATTRIBUTES = new Set([
  'pk',
  'sk',
  'gsi1pk',
  'gsi1sk',
  'gsi2pk',
  'gsi2sk',
  'writeId',
  'expiresAt',
])

/** Items are trusted to be what their store wrote: the one place where their type is asserted. */
const contentOf = <T>(item: Readonly<Record<string, unknown>>): T =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !STORAGE_ATTRIBUTES.has(name))) as T

const conditionFields = (condition: Expression | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.text,
        ExpressionAttributeNames: condition.names,
        ...(Object.keys(condition.values).length === 0
          ? {}
          : { ExpressionAttributeValues: condition.values }),
      }

function transactItem(tableName: string, write: Write, writeId: string): TransactItem {
  const condition = conditionOf(write.expect)
  const base = {
    TableName: tableName,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...conditionFields(condition),
  }
  switch (write.kind) {
    case 'put':
      return { Put: { ...base, Item: { ...write.item, writeId } } }
    case 'delete':
      return { Delete: { ...base, Key: write.key } }
    case 'check':
      return { ConditionCheck: { ...base, Key: write.key, ConditionExpression: condition?.text ?? '' } }
    case 'update': {
      const update = updateOf(write, writeId)
      return {
        Update: {
          ...base,
          Key: write.key,
          UpdateExpression: update.text,
          ExpressionAttributeNames: { ...condition?.names, ...update.names },
          ExpressionAttributeValues: { ...condition?.values, ...update.values },
        },
      }
    }
  }
}

/**
 * A transaction costs twice a plain write, so a change of one item is a plain write. Sums stay in a transaction: its
 * token keeps a repeated request from counting twice.
 */
async function sendWrites(
  client: DynamoDBDocumentClient,
  items: TransactItem[],
  writeId: string,
): Promise<void> {
  const [only] = items
  if (items.length === 1 && only?.Put) await client.send(new PutCommand(only.Put))
  else if (items.length === 1 && only?.Delete) await client.send(new DeleteCommand(only.Delete))
  else if (items.length === 1 && only?.Update && !only.Update.UpdateExpression?.includes('ADD ')) {
    await client.send(new UpdateCommand(only.Update))
  } else {
    await client.send(
      new TransactWriteCommand({ TransactItems: items, ClientRequestToken: writeId.slice(0, 36) }),
    )
  }
}

const keyOf = (item: Readonly<Record<string, unknown>>): Key => ({
  pk: String(item['pk']),
  sk: String(item['sk']),
})

/** Reads up to 100 items; what DynamoDB could not process at once is asked for again. */
async function getChunk(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Key[],
): Promise<Readonly<Record<string, unknown>>[]> {
  const items: Readonly<Record<string, unknown>>[] = []
  let RequestItems: BatchGetCommandInput['RequestItems'] = { [tableName]: { Keys: [...keys] } }
  for (let round = 0; RequestItems !== undefined && Object.keys(RequestItems).length > 0; round += 1) {
    if (round === BATCH_ROUNDS) throw storeUnavailable(new Error('Keys stayed unprocessed.'))
    const answer: BatchGetCommandOutput = await client
      .send(new BatchGetCommand({ RequestItems }))
      .catch((error: unknown) => {
        throw storeUnavailable(error)
      })
    items.push(...(answer.Responses?.[tableName] ?? []))
    RequestItems = answer.UnprocessedKeys
  }
  return items
}

async function queryOnce(
  client: DynamoDBDocumentClient,
  tableName: string,
  input: QueryInput,
): Promise<RawPage> {
  const keys = keyConditionOf(input)
  const filter = filterOf(input.where)
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: input.index,
    KeyConditionExpression: keys.text,
    FilterExpression: filter?.text,
    ExpressionAttributeNames: { ...keys.names, ...filter?.names },
    ExpressionAttributeValues: { ...keys.values, ...filter?.values },
    ScanIndexForward: input.newestFirst !== true,
    Limit: input.limit,
    ExclusiveStartKey: input.startAfter,
    ConsistentRead: input.consistent ?? false,
  })
  const { Items = [], LastEvaluatedKey } = await client.send(command).catch((error: unknown) => {
    throw storeUnavailable(error)
  })
  return { items: Items, ...(LastEvaluatedKey ? { next: LastEvaluatedKey } : {}) }
}

/**
 * Opens the table.
 * @param client from `makeDocumentClient`
 */
export function openTable(client: DynamoDBDocumentClient, tableName: string, effects: Effects): Table {
  const attempt = async (writes: readonly Write[], writeId: string): Promise<CommitResult | 'contended'> => {
    try {
      const items = writes.map((write) => transactItem(tableName, write, writeId))
      await sendWrites(client, items, writeId)
      return { committed: true }
    } catch (error) {
      const reasons = cancellationsOf(error)
      if (reasons === undefined) throw storeUnavailable(error)
      if (reasons.some((reason) => reason.storedWriteId === writeId)) return { committed: true }
      const conflicts = reasons.flatMap((reason, index) => (reason.conditionFailed ? [index] : []))
      if (conflicts.length > 0) return { committed: false, conflicts }
      if (reasons.some((reason) => reason.contended)) return 'contended'
      throw storeUnavailable(error)
    }
  }

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
        const result = await attempt(writes, writeId)
        if (result !== 'contended') return result
        await effects.wait(effects.random() * 2 * meanMs)
      }
      const last = await attempt(writes, writeId)
      if (last === 'contended') throw storeUnavailable(new Error('The transaction stayed contended.'))
      return last
    },
  }
}
