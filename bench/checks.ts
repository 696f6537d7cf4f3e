import type { ChecksResult } from './checks-child.ts'
import { resultOf } from './child.ts'
import { monthlyCost, PRICES, TARGET_LATENCY_MS, type CheckCost } from './cost.ts'
import { markdownTable, median, verdict, type Report } from './report.ts'

const TICK_SECONDS = 60

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const dollars = (amount: number): string => `$${amount.toFixed(2)}`

/** A batch also reads and writes the state of the prober: one unit each (1 KB, consistent). */
function costOf({ batchUsage, batchChecks, plain, checks: count }: ChecksResult): CheckCost {
  return {
    writeUnitsABatch: 1,
    readUnitsABatch: 1,
    writeUnitsACheck: (batchUsage.writeUnits - 1) / batchChecks,
    readUnitsACheck: (batchUsage.readUnits - 1) / batchChecks,
    cpuMsACheck: median(plain.map(({ cpuMs }) => cpuMs)) / count,
  }
}

interface Figure {
  readonly name: string
  readonly measured: string
  readonly wanted?: string
  readonly reached?: boolean
}

function speedFigures({ plain, checks: count }: ChecksResult, cost: CheckCost): readonly Figure[] {
  const wallMs = median(plain.map((one) => one.wallMs))
  return [
    {
      name: `a tick of ${count} checks`,
      measured: seconds(wallMs),
      wanted: `≤ ${TICK_SECONDS} s`,
      reached: wallMs <= TICK_SECONDS * 1000 && plain.every(({ recorded }) => recorded === count),
    },
    { name: 'messages that it fans out into', measured: plain.map(({ messages }) => messages).join(', ') },
    { name: 'checks a second', measured: (count / (wallMs / 1000)).toFixed(0) },
    { name: 'CPU time a check', measured: `${cost.cpuMsACheck.toFixed(1)} ms` },
    { name: 'write units a check', measured: cost.writeUnitsACheck.toFixed(2) },
    { name: 'read units a check', measured: cost.readUnitsACheck.toFixed(2) },
  ]
}

function hangingFigures({ hanging, hangingTimeoutMs }: ChecksResult): readonly Figure[] {
  const hangingMs = hanging.hangingRecordedMs ?? Number.NaN
  return [
    {
      name: 'with one hanging target: the rest of its batch is recorded after',
      measured: seconds(hanging.sameBatchRecordedMs),
      wanted: 'before it',
      reached: hanging.sameBatchRecordedMs < hangingMs,
    },
    {
      name: `the hanging one itself: three attempts of ${seconds(hangingTimeoutMs)}, the second 2 s after the first`,
      measured: seconds(hangingMs),
    },
    { name: 'the rest of all checks', measured: seconds(hanging.othersRecordedMs) },
  ]
}

function costTable(cost: CheckCost): string {
  const rows = [20, 1_000].map((count) => {
    const { writes, reads, lambda, queue, scheduler, total } = monthlyCost(count, cost)
    return [`${count} checks a minute`, ...[writes, reads, lambda, queue, scheduler, total].map(dollars)]
  })
  return markdownTable(['a month', 'writes', 'reads', 'Lambda', 'SQS', 'Scheduler', 'all'], rows)
}

const PRICE_LIST = `List prices of us-east-1 without the free tier: $${PRICES.millionWriteUnits} a million write units, $${PRICES.millionReadUnits} a million
read units, $${PRICES.lambdaArmGbSecond} a GB-second (arm64, 1 GB) and $${PRICES.millionLambdaRequests} a million requests, SQS $${PRICES.millionSqsRequests} and Scheduler
$${PRICES.millionSchedulerInvocations.toFixed(0)} a million. Batches of 50 wait ${TARGET_LATENCY_MS} ms for their targets. Not counted: CloudWatch, storage (48 h of results),
API requests, alerts.`

/** Runs 1,000 checks a tick through the queue, against targets on loopback, with and without one that hangs. */
export async function checks(): Promise<Report> {
  const result = await resultOf<ChecksResult>('checks-child.ts')
  const cost = costOf(result)
  const figures = [...speedFigures(result, cost), ...hangingFigures(result)]
  const rows = figures.map(({ name, measured, wanted = '–', reached }) => [
    name,
    measured,
    wanted,
    reached === undefined ? '–' : verdict(reached),
  ])
  const explanation = `Every other check connects by TCP, the others ask for a page; batches run in one process, beside the emulators.`
  const text = [
    explanation,
    markdownTable(['1,000 checks', 'measured', 'wanted', ''], rows),
    PRICE_LIST,
    costTable(cost),
  ]
  return {
    title: 'Checks',
    text: text.join('\n\n'),
    // How fast the emulator is today fails no build.
    reached: true,
  }
}
