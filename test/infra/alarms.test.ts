import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ALARMS } from '../../infra/alarm-table.ts'
import { METRICS } from '../../shared/kernel/metrics.ts'
import { functions } from '../../shared/manifest.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { EVERYTHING } from './everything.ts'
import { synthesize } from './synthesized.ts'
import { functionsOf } from './template.ts'

const full = synthesize('prod', { changes: EVERYTHING }).app
const alarms = full.ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties)
const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const runbook = textOf('docs/runbook.md')
const readme = textOf('README.md')

/** The anchors of a page's headings, as GitHub makes them. */
const anchors = [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s/g, '-'),
)

const sectionOf = (anchor: string) =>
  runbook.split(/^## /m).find((section) => {
    const [heading = ''] = section.split('\n')
    return heading.toLowerCase().replaceAll(/\s/g, '-') === anchor
  })

describe('the alarms', () => {
  it('are those of the table, and each names its section of the runbook', () => {
    const named = alarms.map(
      ({ AlarmDescription }) => /docs\/runbook\.md#([\w-]+)$/.exec(String(AlarmDescription))?.[1],
    )
    expect(new Set(named)).toEqual(new Set(Object.keys(ALARMS)))
  })

  it.each(Object.keys(ALARMS))(
    '%s has a section that says what it means, how to look and what to do',
    (id) => {
      const section = sectionOf(id)
      expect(section).toMatch(/\*\*Meaning\.\*\*[^]*\*\*Investigation\.\*\*[^]*\*\*Resolution\.\*\*/)
    },
  )

  it.each(['dev', 'prod'])('are as many in %s as the README says', (name) => {
    const [, stated] = /free ones: (\d+) a stage/.exec(readme) ?? []
    expect(synthesize(name).app.ofType('AWS::CloudWatch::Alarm')).toHaveLength(Number(stated))
  })

  it('tell people of an end as well as of a beginning', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toEqual(OKActions)
      expect(AlarmActions).toHaveLength(1)
    }
  })

  it('go to a topic that shares no function with the rest', () => {
    const operations = full
      .ofType('AWS::SNS::Topic')
      .find(({ Properties }) => Properties['TopicName'] === 'midwatch-prod-operations')
    const subscriptions = full.ofType('AWS::SNS::Subscription').map(({ Properties }) => Properties)
    expect(subscriptions.map(({ Protocol, TopicArn }) => [Protocol, TopicArn])).toEqual([
      ['email', { Ref: operations?.id }],
    ])
    const knowing = functionsOf(full).filter((declared) =>
      JSON.stringify(declared).includes(operations?.id ?? ''),
    )
    expect(knowing).toEqual([])
  })

  it('go off when the prober counts nothing, because no data is the very failure', () => {
    const ticks = alarms.filter(({ MetricName }) => MetricName === 'TicksRun')
    expect(ticks.map(({ Dimensions }) => Dimensions)).toEqual([
      [{ Name: 'service', Value: 'midwatch-prod' }],
      [{ Name: 'service', Value: 'midwatch-prod-vpc' }],
    ])
    for (const tick of ticks) {
      expect(tick).toMatchObject({
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
      })
    }
  })

  it('look at metrics that the functions count', () => {
    const own = alarms.filter(({ Namespace }) => Namespace === 'Midwatch').map(({ MetricName }) => MetricName)
    expect(own.filter((name) => !(String(name) in METRICS))).toEqual([])
    expect(own).toContain('OutboxOldestAge')
  })

  it('leave no metric out of sight that the functions count', () => {
    const seen = JSON.stringify([...full.ofType('AWS::CloudWatch::Dashboard'), ...alarms])
    expect(Object.keys(METRICS).filter((name) => !seen.includes(name))).toEqual([])
  })

  it('watch every dead-letter queue', () => {
    const queues = full.ofType('AWS::SQS::Queue').filter(({ Properties }) => !('RedrivePolicy' in Properties))
    const watched = alarms.filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
    expect(JSON.stringify(watched.map(({ Dimensions }) => Dimensions))).toSatisfy((dimensions: string) =>
      queues.every(({ id }) => dimensions.includes(id)),
    )
    expect(queues).toHaveLength(watched.length)
  })
})

describe('the topics', () => {
  it('are one a severity, encrypted, and refuse plain HTTP', () => {
    const topics = full.ofType('AWS::SNS::Topic').map(({ Properties }) => Properties)
    expect(topics.map(({ TopicName }) => String(TopicName)).toSorted()).toEqual(
      ['critical', 'error', 'info', 'operations', 'warning'].map((name) => `midwatch-prod-${name}`),
    )
    expect(topics.filter(({ KmsMasterKeyId }) => KmsMasterKeyId === undefined)).toEqual([])
    const policies = full.ofType('AWS::SNS::TopicPolicy').map(({ Properties }) => JSON.stringify(Properties))
    expect(policies.filter((policy) => !policy.includes('"aws:SecureTransport":"false"'))).toEqual([])
    expect(policies).toHaveLength(topics.length)
  })
})

describe('the runbook', () => {
  it('names every scheduled function where it says what to do when one has failed', () => {
    const scheduled = functions.filter(({ schedule }) => schedule !== undefined).map(({ name }) => name)
    const section = sectionOf('failed-jobs') ?? ''
    expect(scheduled.filter((name) => !section.includes(`\`${name}\``))).toEqual([])
    expect(scheduled.length).toBeGreaterThan(0)
  })

  it('has the sections that the default platform’s checks link to', () => {
    const linked = secondWatchNetwork.checks.map(({ runbook: link }) => link.split('#')[1])
    expect(linked.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([])
  })
})
