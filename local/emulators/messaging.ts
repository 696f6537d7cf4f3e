import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { startFauxqs, type FauxqsServer } from 'fauxqs'
import { onLoopback } from './on-loopback.ts'
import { freePort, LOOPBACK, type Running } from './running.ts'

export interface QueueDefinition {
  readonly name: string
  /** SQS attributes as AWS spells them, e.g. `{ VisibilityTimeout: '60' }`. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Messages received `maxReceiveCount` times without being deleted move to this queue, which must be listed too. */
  readonly deadLetter?: { readonly queue: string; readonly maxReceiveCount: number }
}

export interface SubscriptionDefinition {
  readonly topic: string
  readonly queue: string
  /** Deliver the bare message instead of the SNS envelope. */
  readonly raw?: boolean
  /** An SNS filter policy, e.g. `{ severity: ['critical'] }`. */
  readonly filterPolicy?: Readonly<Record<string, unknown>>
  /** What the policy looks at; message attributes unless said otherwise. */
  readonly filterPolicyScope?: 'MessageAttributes' | 'MessageBody'
}

export interface MessagingOptions {
  /** 0 or absent for any free port. */
  readonly port?: number
  readonly region: string
  /** Keeps objects and undelivered messages between runs; without it they live in memory. */
  readonly dataDir?: string
  readonly topics?: readonly string[]
  readonly queues?: readonly QueueDefinition[]
  readonly subscriptions?: readonly SubscriptionDefinition[]
  readonly buckets?: readonly string[]
}

export interface RunningMessaging extends Running {
  readonly topicArn: (name: string) => string
  readonly queueArn: (name: string) => string
  /** The queue's URL. Give SQS clients `useQueueUrlAsEndpoint: false`, or they pass by a proxy named as their endpoint. */
  readonly queueUrl: (name: string) => string
}

const ACCOUNT = '000000000000'

/**
 * Starts SNS, SQS and S3 on one port, in this process, and creates what is listed. Topics and subscriptions are made
 * anew each time, so they follow their definition; queues and buckets that exist keep their content. S3 clients
 * need `forcePathStyle: true`.
 * @throws Error when the port is taken or the data directory cannot be opened
 */
export async function startMessaging(options: MessagingOptions): Promise<RunningMessaging> {
  const port = await freePort(options.port)
  const server = await serve(options, port)
  const url = `http://${LOOPBACK}:${port}`
  const names = {
    topicArn: (name: string) => `arn:aws:sns:${options.region}:${ACCOUNT}:${name}`,
    queueArn: (name: string) => `arn:aws:sqs:${options.region}:${ACCOUNT}:${name}`,
    queueUrl: (name: string) => `${url}/${ACCOUNT}/${name}`,
  }
  let stopped: Promise<void> | undefined
  const running = { port, url, ...names, stop: () => (stopped ??= server.stop()) }
  try {
    await createQueues(server, options, running)
    createTopics(server, options)
    server.setup({ buckets: [...(options.buckets ?? [])] })
  } catch (error) {
    await running.stop()
    throw error
  }
  return running
}

async function serve({ region, dataDir }: MessagingOptions, port: number): Promise<FauxqsServer> {
  const stored = dataDir === undefined ? {} : { dataDir }
  try {
    return await onLoopback(() => startFauxqs({ port, logger: false, defaultRegion: region, ...stored }))
  } catch (cause) {
    if (dataDir === undefined) throw cause
    throw new Error(`The message store in ${dataDir} cannot be opened: delete it to start afresh.`, { cause })
  }
}

async function createQueues(
  server: FauxqsServer,
  options: MessagingOptions,
  running: RunningMessaging,
): Promise<void> {
  const queues = (options.queues ?? []).map((queue) => ({
    name: queue.name,
    attributes: queueAttributes(queue, running.queueArn),
  }))
  const existing = server.setup({ queues }).queues.filter((queue) => !queue.created)
  if (existing.length === 0) return
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const sqs = new SQSClient({
    endpoint: running.url,
    region: options.region,
    credentials,
    useQueueUrlAsEndpoint: false,
  })
  for (const { name } of existing) {
    const Attributes = queues.find((queue) => queue.name === name)?.attributes ?? {}
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: running.queueUrl(name), Attributes }))
  }
  sqs.destroy()
}

function queueAttributes(queue: QueueDefinition, arn: (name: string) => string): Record<string, string> {
  if (!queue.deadLetter) return { ...queue.attributes }
  const { queue: target, maxReceiveCount } = queue.deadLetter
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: arn(target),
    maxReceiveCount: String(maxReceiveCount),
  })
  return { ...queue.attributes, RedrivePolicy }
}

function createTopics(server: FauxqsServer, options: MessagingOptions): void {
  for (const topic of options.topics ?? []) {
    server.deleteTopic(topic)
    server.createTopic(topic)
  }
  for (const { topic, queue, ...subscription } of options.subscriptions ?? []) {
    server.subscribe({ topic, queue, attributes: subscriptionAttributes(subscription) })
  }
}

function subscriptionAttributes(
  subscription: Pick<SubscriptionDefinition, 'raw' | 'filterPolicy' | 'filterPolicyScope'>,
): Record<string, string> {
  const { raw, filterPolicy, filterPolicyScope } = subscription
  return {
    ...(raw ? { RawMessageDelivery: 'true' } : {}),
    ...(filterPolicy ? { FilterPolicy: JSON.stringify(filterPolicy) } : {}),
    ...(filterPolicyScope ? { FilterPolicyScope: filterPolicyScope } : {}),
  }
}
