import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { ENTITIES } from '../../shared/kernel/grants.ts'
import { readEnv } from '../../shared/kernel/env.ts'
import { functions, schedules } from '../../shared/manifest.ts'
import { EVERYTHING } from './everything.ts'
import { synthesize } from './synthesized.ts'
import { functionNamed, functionsOf } from './template.ts'

const { app } = synthesize('dev')
const full = synthesize('prod', { changes: EVERYTHING }).app

const named = (environment: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'a reference',
    ]),
  )

describe('the functions', () => {
  it('run on Node 24 on arm64 with the time that the manifest gives them', () => {
    const common = { Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' }
    for (const { name, timeoutSeconds } of functions) {
      expect(functionNamed(app, name).properties).toMatchObject({ ...common, Timeout: timeoutSeconds })
    }
  })

  it('log into a group of their own that is kept as long as the stage says', () => {
    const groups = new Map(app.ofType('AWS::Logs::LogGroup').map((group) => [group.id, group.Properties]))
    const used = functionsOf(app).map(({ logGroupId }) => logGroupId)
    expect(new Set(used).size).toBe(used.length)
    expect([...groups.values()].map(({ RetentionInDays: days }) => days)).toEqual([...groups].map(() => 7))
    const kept = full.ofType('AWS::Logs::LogGroup').map(({ Properties }) => Properties['RetentionInDays'])
    expect(new Set(kept)).toEqual(new Set([90]))
  })

  it('have an environment that they accept', () => {
    for (const { environment } of functionsOf(full)) {
      expect(readEnv(named(environment)).MIDWATCH_PLATFORM).toBe('second-watch-network')
    }
  })

  it('get the address of the database only where they probe it', () => {
    const secret = '{{resolve:secretsmanager:midwatch/database:SecretString:url}}'
    const knowing = functionsOf(full).filter(({ environment }) => environment['DATABASE_URL'] === secret)
    expect(knowing.map(({ name }) => name).toSorted()).toEqual([
      'prober-batch',
      'prober-http',
      'prober-tick',
      'prober-tick-vpc',
    ])
    expect(functionNamed(full, 'health-http').environment['DATABASE_URL']).toBe('configured')
    expect(functionNamed(full, 'alerts-http').environment).not.toHaveProperty('DATABASE_URL')
  })

  it('are told which private targets they may reach', () => {
    const settings = { MIDWATCH_PRIVATE_TARGETS: 'api.internal:8080' }
    const { environment } = functionNamed(synthesize('dev', { changes: { settings } }).app, 'prober-tick')
    expect(environment['MIDWATCH_PRIVATE_TARGETS']).toBe('api.internal:8080')
  })

  it('find AWS at the endpoint that they were deployed to', () => {
    const emulated = synthesize('dev', { endpointUrl: 'http://127.0.0.1:4566' }).app
    const endpoints = functionsOf(emulated).map(({ environment }) => environment['AWS_ENDPOINT_URL'])
    expect(new Set(endpoints)).toEqual(new Set(['http://127.0.0.1:4566']))
    expect(app.text).not.toContain('AWS_ENDPOINT_URL')
  })

  it('count under the name of their deployment, the prober in a private network under its own', () => {
    expect(functionNamed(full, 'prober-tick').environment['POWERTOOLS_SERVICE_NAME']).toBe('midwatch-prod')
    const { environment } = functionNamed(full, 'prober-tick-vpc')
    expect(environment).toMatchObject({
      POWERTOOLS_SERVICE_NAME: 'midwatch-prod-vpc',
      MIDWATCH_VANTAGE: 'vpc',
    })
    expect(environment).not.toHaveProperty('MIDWATCH_PROBE_QUEUE_URL')
  })
})

const Target = z.object({
  Input: z.string(),
  RetryPolicy: z.object({ MaximumRetryAttempts: z.number() }),
  DeadLetterConfig: z.object({ Arn: z.unknown() }),
})

describe('what invokes the functions', () => {
  it('is the clock on the full minute or hour, which says when the invocation was due', () => {
    const declared = app.ofType('AWS::Scheduler::Schedule').map(({ Properties }) => ({
      every: Properties['ScheduleExpression'],
      window: Properties['FlexibleTimeWindow'],
      target: Target.parse(Properties['Target']),
    }))
    expect(
      declared
        .map(({ target }) => z.looseObject({ schedule: z.string() }).parse(JSON.parse(target.Input)).schedule)
        .toSorted(),
    ).toEqual(schedules.map(({ name }) => name).toSorted())
    for (const { every, window, target } of declared) {
      expect(every).toMatch(/^cron\([*0] \* \* \* \? \*\)$/)
      expect(window).toEqual({ Mode: 'OFF' })
      expect(target.Input).toContain('"scheduledAt":"<aws.scheduler.scheduled-time>"')
    }
  })

  it('puts aside what a scheduled function failed at', () => {
    for (const { schedule, name } of functions) {
      const { properties } = functionNamed(app, name)
      expect('DeadLetterConfig' in properties).toBe(schedule !== undefined)
    }
  })

  it('is the stream with inserted outbox rows alone, one failing row at a time', () => {
    const mappings = app.ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    const stream = mappings.find((mapping) => 'StartingPosition' in mapping)
    expect(stream).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: {} } },
    })
    const Criteria = z.object({ Filters: z.array(z.object({ Pattern: z.string() })) })
    const [filter] = Criteria.parse(stream?.['FilterCriteria']).Filters
    expect(JSON.parse(filter?.Pattern ?? '')).toEqual({
      eventName: ['INSERT'],
      dynamodb: { Keys: { pk: { S: [{ prefix: ENTITIES.outbox }] } } },
    })
  })

  it('is a queue that waits six times as long as its function, and has a dead-letter queue', () => {
    const queue = app.ofType('AWS::SQS::Queue').find(({ Properties }) => 'RedrivePolicy' in Properties)
    const timeoutSeconds = functions.find(({ name }) => name === 'prober-batch')?.timeoutSeconds ?? 0
    expect(queue?.Properties['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * timeoutSeconds)
    const mappings = app.ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    expect(mappings.find((mapping) => !('StartingPosition' in mapping))).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })
})
