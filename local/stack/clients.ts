import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { LOCAL_CREDENTIALS, REGION } from './names.ts'

/** The local runtime's own clients. They bypass the fault proxies: in AWS, Lambda's pollers are not what breaks. */
export interface Clients {
  readonly dynamodb: DynamoDBClient
  readonly documents: DynamoDBDocumentClient
  readonly streams: DynamoDBStreamsClient
  readonly sqs: SQSClient
  readonly stop: () => Promise<void>
}

const configuration = (endpoint: string) => ({ endpoint, region: REGION, credentials: LOCAL_CREDENTIALS })

/** A client for the table's stream. */
export const streamsClient = (dynamodbUrl: string): DynamoDBStreamsClient =>
  new DynamoDBStreamsClient(configuration(dynamodbUrl))

/** Makes the clients; nothing is sent yet. */
export function makeClients(dynamodbUrl: string, messagingUrl: string): Clients {
  const dynamodb = new DynamoDBClient(configuration(dynamodbUrl))
  const streams = streamsClient(dynamodbUrl)
  const sqs = new SQSClient(configuration(messagingUrl))
  return {
    dynamodb,
    documents: DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } }),
    streams,
    sqs,
    stop: async () => {
      for (const client of [dynamodb, streams, sqs]) client.destroy()
    },
  }
}
