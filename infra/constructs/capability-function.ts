import { join } from 'node:path'
import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { FunctionSpec } from '../../shared/manifest.ts'

/** A share of a processor comes with the memory, a whole one with 1,769 MB. Less of it makes cold starts slow. */
const MEMORY_MB = 1024

/** How long an event is worth retrying: the next tick makes up for a lost one. */
const EVENT_MINUTES = 10

/** What all functions of a deployment have in common. */
export interface FunctionDefaults {
  /** What physical names start with, e.g. `midwatch-dev`. */
  readonly prefix: string
  /** The folder that holds `<function name>/index.js`. */
  readonly bundlesDir: string
  readonly logRetention: RetentionDays
  readonly removalPolicy: RemovalPolicy
}

interface CapabilityFunctionProps extends FunctionDefaults {
  readonly spec: FunctionSpec
  /** Tells a second function of the same code apart, e.g. `vpc`. */
  readonly suffix?: string
  readonly environment: Readonly<Record<string, string>>
  readonly statements: readonly PolicyStatement[]
  /** Where an event goes that failed at every try; for functions that are invoked asynchronously. */
  readonly failures?: IQueue
}

/** One function of the manifest, with a role and a log group of its own. */
export class CapabilityFunction extends Construct {
  readonly spec: FunctionSpec
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, props: CapabilityFunctionProps) {
    super(scope, id)
    const { spec, prefix, suffix, failures } = props
    this.spec = spec
    const logs = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
    })
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${spec.name}: ${spec.uses.join(', ')}`.slice(0, 1000),
    })
    logs.grantWrite(role)
    for (const statement of props.statements) role.addToPolicy(statement)
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: [prefix, spec.name, ...(suffix === undefined ? [] : [suffix])].join('-'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(props.bundlesDir, spec.name)),
      handler: 'index.handler',
      memorySize: MEMORY_MB,
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment: { ...props.environment },
      role,
      logGroup: logs,
      ...(failures && { deadLetterQueue: failures, maxEventAge: Duration.minutes(EVENT_MINUTES) }),
    })
  }
}
