import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
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
import { conditionOf, filterOf, keyConditionOf, updateOf, type Expression } from './expressions.ts'
import type { CommitResult, Key, Page, QueryInput, Write } from './types.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** How long to wait for a contended transaction, on average, before each further try. */
const CONTENTION_WAITS_MS = [20, 60, 180, 540]

/** The single table. Stores speak domain types; only this folder knows DynamoDB's shapes. */
export interface Table {
  /**
   * Reads one item, consistently unless told otherwise.
   * @returns the item, or `undefined`
   */
  readonly get: <T>(key: Key, options?: { readonly consistent?: boolean }) => Promise<T | undefined>
  /** Reads one page of a partition, in the order of its sort key. */
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

/** Items are trusted to be what their store wrote: the one place where their type is asserted. */
const trusted = <T>(item: unknown): T => item as T

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
      return Item === undefined ? undefined : trusted<T>(Item)
    },

    query: async <T>(input: QueryInput) => {
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
      return trusted<Page<T>>({ items: Items, ...(LastEvaluatedKey ? { next: LastEvaluatedKey } : {}) })
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
