import { Aws } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Schedule, ScheduleEvent } from '../../shared/kernel/route.ts'
import type { CapabilityFunction } from './capability-function.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'

/** On the full minute or hour, so that what is due depends on the clock and not on when this was deployed. */
const EXPRESSIONS = {
  minute: 'cron(* * * * ? *)',
  hour: 'cron(0 * * * ? *)',
} as const satisfies Record<Schedule['every'], string>

/** EventBridge Scheduler puts the moment that the invocation was due for there; a retry carries the same one. */
const DUE = '<aws.scheduler.scheduled-time>'

interface SchedulesProps {
  /** The functions that the clock invokes. */
  readonly functions: readonly CapabilityFunction[]
}

/** Invokes functions by the clock. What the Scheduler itself cannot deliver lands in a queue. */
export class Schedules extends Construct {
  readonly missed: Queue
  readonly #role: Role

  constructor(scope: Construct, id: string, { functions }: SchedulesProps) {
    super(scope, id)
    this.missed = deadLetterQueue(this, 'Missed')
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      description: 'Invokes the scheduled functions',
    })
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: functions.map(({ lambda }) => lambda.functionArn),
      }),
    )
    this.#role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.missed.queueArn] }),
    )
    for (const scheduled of functions) this.#add(scheduled)
  }

  #add({ spec, lambda, node }: CapabilityFunction): void {
    if (spec.schedule === undefined) throw new Error(`The function ${spec.name} has no schedule.`)
    const input: ScheduleEvent = { schedule: spec.schedule.name, scheduledAt: DUE }
    const schedule = new CfnSchedule(this, node.id, {
      description: spec.schedule.summary,
      scheduleExpression: EXPRESSIONS[spec.schedule.every],
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: lambda.functionArn,
        roleArn: this.#role.roleArn,
        input: JSON.stringify(input),
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 300 },
        deadLetterConfig: { arn: this.missed.queueArn },
      },
    })
    schedule.node.addDependency(this.#role)
  }
}
