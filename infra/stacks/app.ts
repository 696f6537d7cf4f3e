import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { platformNamed } from '../../shared/platforms/index.ts'
import { PROBE_QUEUE } from '../../shared/prober/contract.ts'
import { Alarms, type Watched } from '../constructs/alarms.ts'
import type { CapabilityFunction } from '../constructs/capability-function.ts'
import { CapabilityFunctions } from '../constructs/capability-functions.ts'
import { Overview } from '../constructs/dashboard.ts'
import { deadLetterQueue } from '../constructs/dead-letter-queue.ts'
import { OpsApi } from '../constructs/http-api.ts'
import { OperationsTopic } from '../constructs/operations-topic.ts'
import { Schedules } from '../constructs/schedules.ts'
import { SeverityTopics } from '../constructs/severity-topics.ts'
import { StreamConsumer } from '../constructs/stream-consumer.ts'
import { VpcAccess } from '../constructs/vpc-access.ts'
import { WorkQueue } from '../constructs/work-queue.ts'
import type { DeploymentFacts } from '../function-environment.ts'
import type { GrantTargets } from '../grants.ts'
import { AUDIT_HEADS, resourceGrants } from '../resource-grants.ts'
import { deployedSettings } from '../settings.ts'
import type { Stage } from '../stages.ts'
import { auditBucketExport, type DataStack } from './data.ts'

interface AppStackProps {
  readonly prefix: string
  readonly stage: Stage
  readonly data: DataStack
  readonly version: string
  /** The folder that holds `<function name>/index.js`. */
  readonly bundlesDir: string
  /** Where the functions find AWS, when that is an emulator. */
  readonly endpointUrl: string | undefined
}

/** Everything without state of its own: it can be deleted and deployed again at any time. */
export class AppStack extends Stack {
  readonly #props: AppStackProps
  readonly #topics: SeverityTopics
  readonly #probeQueue: WorkQueue
  readonly #failedJobs: Queue
  readonly #functions: CapabilityFunctions

  constructor(scope: Construct, id: string, props: AppStackProps, stackProps: StackProps = {}) {
    super(scope, id, stackProps)
    this.#props = props
    this.#topics = new SeverityTopics(this, 'Topics', props)
    this.#probeQueue = new WorkQueue(this, 'ProbeBatches')
    this.#failedJobs = deadLetterQueue(this, 'FailedJobs')
    this.#functions = this.#addFunctions()
    const watched = this.#addSources()
    const { prefix, stage } = props
    const { topic } = new OperationsTopic(this, 'Operations', { prefix, email: stage.operationsEmail })
    new Alarms(this, 'Alarms', { ...watched, prefix, topic })
    new Overview(this, 'Overview', { ...watched, prefix })
    new CfnOutput(this, 'Url', { value: watched.api.apiEndpoint })
  }

  #addFunctions(): CapabilityFunctions {
    const { prefix, stage, data, version, bundlesDir, endpointUrl } = this.#props
    const platform = platformNamed(stage.platform)
    const settings = deployedSettings(platform, stage, data)
    const facts: DeploymentFacts = {
      tableName: data.table.tableName,
      platform: platform.id,
      version,
      tickSeconds: stage.tickSeconds,
      topicArns: this.#topics.arns,
      probeQueueUrl: this.#probeQueue.queue.queueUrl,
      auditBucket: data.auditBucket.bucketName,
      settings,
      endpointUrl,
    }
    const resources = resourceGrants({
      platform,
      settings,
      topicArns: Object.values(this.#topics.arns),
      probeQueueArn: this.#probeQueue.queue.queueArn,
      auditBucketArn: data.auditBucketArn,
      databaseLogin: stage.databaseLogin,
    })
    const targets: GrantTargets = { tableArn: data.table.tableArn, indexArns: data.indexArns, resources }
    return new CapabilityFunctions(this, 'Functions', {
      prefix,
      bundlesDir,
      logRetention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      facts,
      targets,
      failures: this.#failedJobs,
      auditHeads: `${auditBucketExport(prefix)}/${AUDIT_HEADS}`,
    })
  }

  /** Connects the functions to what invokes them. */
  #addSources(): Watched {
    const { prefix, stage, data } = this.#props
    const { all } = this.#functions
    const { api } = new OpsApi(this, 'Http', {
      prefix,
      stage,
      tokens: data.tokens,
      functions: all.filter(({ spec }) => spec.routes.length > 0),
    })
    const vpcProbers = this.#addVpcProbers()
    const scheduled = all.filter(({ spec }) => spec.schedule !== undefined)
    const { missed } = new Schedules(this, 'Schedules', { functions: [...scheduled, ...vpcProbers] })
    const consumers = this.#addConsumers(all)
    return {
      api,
      functions: [...all, ...vpcProbers],
      streamConsumers: consumers.map(({ consumer }) => consumer),
      hasVpcProber: vpcProbers.length > 0,
      deadLetters: [
        ['missed-schedules', missed],
        ['failed-jobs', this.#failedJobs],
        ['failed-probe-batches', this.#probeQueue.failures],
        ...consumers.map(({ failures }) => ['failed-outbox-records', failures] as const),
      ],
    }
  }

  #addVpcProbers(): readonly CapabilityFunction[] {
    const { vpc } = this.#props.stage
    if (vpc === undefined) return []
    const probers = this.#functions.addForVpc()
    new VpcAccess(this, 'Vpc', { vpc, probers })
    return probers
  }

  #addConsumers(all: readonly CapabilityFunction[]): readonly StreamConsumer[] {
    const { tableStreamArn } = this.#props.data.table
    if (tableStreamArn === undefined) throw new Error('The table has no stream.')
    return all.flatMap((consumer) => {
      const declared = consumer.spec.consumer
      if (declared === undefined) return []
      if ('stream' in declared.source) {
        const { stream: entity } = declared.source
        return [
          new StreamConsumer(this, `${consumer.spec.name}-stream`, {
            consumer,
            declared,
            entity,
            streamArn: tableStreamArn,
          }),
        ]
      }
      if (declared.source.queue !== PROBE_QUEUE)
        throw new Error(`There is no queue named ${declared.source.queue}.`)
      this.#probeQueue.feed(consumer)
      return []
    })
  }
}
