import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../local/stack/names.ts'
import type { Key } from '../../shared/kernel/table/types.ts'
import { OVERRIDE_ATTRIBUTE } from '../../shared/rate-limits/counter.ts'
import { counterKey } from '../../shared/rate-limits/limiter.ts'
import { writeOverride, type Override } from '../../shared/rate-limits/override.ts'
import { seededRandom } from './arrivals.ts'
import type { Plan } from './plan.ts'

/** Wall-clock time between two changes. */
const CHANGE_EVERY_MS = 300
const MULTIPLIERS = [0.25, 0.5, 2, 3]
/** How long an override with an end lasts, at most, by the limiters' clocks. */
const MAX_LIFE_MS = 20_000

export const countersClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region: REGION, credentials: LOCAL_CREDENTIALS })

/** Draws an override; `undefined` removes the one that is there. */
function drawn(random: () => number, now: number): Override | undefined {
  const kind = random()
  if (kind < 0.3) return undefined
  const end = random() < 0.3 ? { expiresAt: Math.floor(now + random() * MAX_LIFE_MS) } : {}
  if (kind < 0.4) return { exempt: true, ...end }
  return { multiplier: MULTIPLIERS[Math.floor(random() * MULTIPLIERS.length)] ?? 1, ...end }
}

function writeTo(key: Key, override: Override | undefined): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: TABLE_NAME,
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    ...(override === undefined
      ? { UpdateExpression: `REMOVE ${OVERRIDE_ATTRIBUTE}` }
      : {
          UpdateExpression: `SET ${OVERRIDE_ATTRIBUTE} = :text REMOVE expiresAt`,
          ExpressionAttributeValues: { ':text': { S: writeOverride(override) } },
        }),
  })
}

/**
 * Puts and removes overrides of the callers that have some, until told to stop.
 * @param now true time of the run, milliseconds since the epoch
 * @returns how many changes were made
 */
export async function changeOverrides(
  plan: Plan,
  endpoint: string,
  now: () => number,
  stop: AbortSignal,
): Promise<number> {
  const client = countersClient(endpoint)
  const random = seededRandom(plan.seed - 1)
  const excepted = plan.streams.filter((stream) => stream.excepted)
  let changes = 0
  while (!stop.aborted) {
    const stream = excepted[Math.floor(random() * excepted.length)]
    if (stream !== undefined) {
      const key = counterKey({ name: stream.rule, scope: 'user' }, stream.identifier)
      await client.send(writeTo(key, drawn(random, now())))
      changes += 1
    }
    await delay(CHANGE_EVERY_MS, undefined, { signal: stop }).catch(() => undefined)
  }
  client.destroy()
  return changes
}
