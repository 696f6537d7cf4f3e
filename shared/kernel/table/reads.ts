import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb'
import { storeUnavailable } from './errors.ts'
import { filterOf, keyConditionOf } from './expressions.ts'
import type { RawPage } from './fill-page.ts'
import type { Key, QueryInput } from './types.ts'

/** What one BatchGetItem takes at most, and how often unprocessed keys are asked for again. */
export const BATCH_KEYS = 100
const BATCH_ROUNDS = 5

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
export const contentOf = <T>(item: Readonly<Record<string, unknown>>): T =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !STORAGE_ATTRIBUTES.has(name))) as T

/** The key of a stored item. */
export const keyOf = (item: Readonly<Record<string, unknown>>): Key => ({
  pk: String(item['pk']),
  sk: String(item['sk']),
})

/** Reads up to 100 items; what DynamoDB could not process at once is asked for again. */
export async function getChunk(
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

/** Reads one page, filtered or not. */
export async function queryOnce(
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
