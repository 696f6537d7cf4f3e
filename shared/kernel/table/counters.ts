import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Key } from './types.ts'

/** An item of numbers, and of the few texts beside them. */
export interface CounterItem {
  readonly numbers: Readonly<Record<string, number>>
  readonly texts: Readonly<Record<string, string>>
}

/**
 * One conditional update of an item of numbers. Attribute names are letters and digits, so that they stand in expressions
 * as they are.
 */
export interface CounterUpdate {
  readonly key: Key
  readonly add: Readonly<Record<string, number>>
  readonly set: Readonly<Record<string, number>>
  readonly remove: readonly string[]
  /** Each of these attributes must be absent or at most this. */
  readonly atMost: Readonly<Record<string, number>>
  /** Each of these attributes must be present and at least this. */
  readonly atLeast: Readonly<Record<string, number>>
  /** These attributes must hold this text, or be absent where it is `undefined`. */
  readonly texts: Readonly<Record<string, string | undefined>>
}

/** `item`: as it is after an applied update, or as it is without a refused one. */
export interface CounterOutcome {
  readonly applied: boolean
  readonly item: CounterItem
}

/** Updates one item of numbers. */
export type UpdateCounter = (update: CounterUpdate) => Promise<CounterOutcome>

const NOTHING: CounterItem = { numbers: {}, texts: {} }

/** Reads the numbers and texts of an item, its keys left out. */
function itemOf(attributes: Readonly<Record<string, AttributeValue>> | undefined): CounterItem {
  if (attributes === undefined) return NOTHING
  const numbers: Record<string, number> = {}
  const texts: Record<string, string> = {}
  for (const name in attributes) {
    const value = attributes[name]
    if (value?.N !== undefined) numbers[name] = Number(value.N)
    else if (value?.S !== undefined && name !== 'pk' && name !== 'sk') texts[name] = value.S
  }
  return { numbers, texts }
}

/** Collects expression parts and the values that they name. */
interface Draft {
  readonly values: Record<string, AttributeValue>
  /** The placeholder of a number; equal numbers share one. */
  readonly number: (value: number) => string
}

function draft(): Draft {
  const values: Record<string, AttributeValue> = {}
  const placeholders = new Map<number, string>()
  return {
    values,
    number: (value) => {
      const known = placeholders.get(value)
      if (known !== undefined) return known
      // Short whatever the number is: an expression may have a hundred of them, and 4 KB.
      const placeholder = `:n${placeholders.size}`
      placeholders.set(value, placeholder)
      values[placeholder] = { N: String(value) }
      return placeholder
    },
  }
}

function updateExpression({ add, set, remove }: CounterUpdate, { number }: Draft): string {
  const added = Object.entries(add).map(([name, value]) => `${name} ${number(value)}`)
  const assigned = Object.entries(set).map(([name, value]) => `${name}=${number(value)}`)
  const clauses = added.length > 0 ? [`ADD ${added.join(',')}`] : []
  if (assigned.length > 0) clauses.push(`SET ${assigned.join(',')}`)
  if (remove.length > 0) clauses.push(`REMOVE ${remove.join(',')}`)
  return clauses.join(' ')
}

function conditionExpression({ atMost, atLeast, texts }: CounterUpdate, { number, values }: Draft): string {
  const bounds = Object.entries(atMost).map(
    ([name, value]) => `(attribute_not_exists(${name}) OR ${name}<=${number(value)})`,
  )
  const floors = Object.entries(atLeast).map(([name, value]) => `${name}>=${number(value)}`)
  const equalities = Object.entries(texts).map(([name, value]) => {
    if (value === undefined) return `attribute_not_exists(${name})`
    values[`:${name}`] = { S: value }
    return `${name}=:${name}`
  })
  return [...bounds, ...floors, ...equalities].join(' AND ')
}

/**
 * Opens the table for counters. One request an update, no retry: whoever calls knows how long it may take.
 * @param client with `maxAttempts: 1`
 */
export const openCounters =
  (client: DynamoDBClient, tableName: string): UpdateCounter =>
  async (update) => {
    const parts = draft()
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: update.key.pk }, sk: { S: update.key.sk } },
      UpdateExpression: updateExpression(update, parts),
      ConditionExpression: conditionExpression(update, parts),
      ExpressionAttributeValues: parts.values,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    try {
      const { Attributes } = await client.send(command)
      return { applied: true, item: itemOf(Attributes) }
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      return { applied: false, item: itemOf(error.Item) }
    }
  }
