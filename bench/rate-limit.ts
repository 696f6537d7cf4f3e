import { resultOf } from './child.ts'
import { PRICES } from './cost.ts'
import { contest, type JobName, type Result, type Results } from './rate-limit/contest.ts'
import { hotKey, type HotKeyResult } from './rate-limit/hot-key.ts'
import type { OutageResult } from './rate-limit/outage-child.ts'
import { LATENCY_MS, setStage } from './rate-limit/stage.ts'
import type { SubjectName } from './rate-limit/subjects.ts'
import { markdownTable, median, verdict, type Report } from './report.ts'

/** A line of a table, and whether it is as wanted. */
interface Line {
  readonly cells: readonly string[]
  readonly reached: boolean
}

const lineOf = (cells: readonly string[], reached: boolean): Line => ({
  cells: [...cells, verdict(reached)],
  reached,
})
/** Said for the reader's sake. */
const noteOf = (cells: readonly string[]): Line => ({ cells: [...cells, '–', '–'], reached: true })

const callsADecision = ({ load, decisions }: Result): number => load.calls / decisions
const perSecond = ({ decisions, wallMs }: Result): number => (decisions / wallMs) * 1000
const middleOf = (results: readonly Result[], read: (result: Result) => number): number =>
  median(results.map(read))

const dollarsAMillion = ({ load, decisions }: Result): number =>
  (load.writeUnits / decisions) * PRICES.millionWriteUnits

function callLines(of: Results): readonly Line[] {
  const calls = (subject: SubjectName, job: JobName) => middleOf(of(subject, job), callsADecision)
  const allowed = calls('exact', 'allowed')
  const flood = calls('leased', 'flood')
  return [
    lineOf(
      [
        'store calls a decision, all allowed',
        allowed.toFixed(3),
        calls('peer', 'allowed').toFixed(3),
        '≤ 1.01',
      ],
      allowed <= 1.01,
    ),
    noteOf([
      '– 32 at once',
      calls('exact', 'manyAllowed').toFixed(3),
      calls('peer', 'manyAllowed').toFixed(3),
    ]),
    lineOf(
      ['store calls a decision, flood', flood.toFixed(4), calls('peer', 'shortFlood').toFixed(3), '≤ 0.05'],
      flood <= 0.05,
    ),
    noteOf([
      '– when the peer remembers in memory whom it denied',
      flood.toFixed(4),
      calls('peer-blocking', 'shortFlood').toFixed(3),
    ]),
  ]
}

function speedLines(of: Results): readonly Line[] {
  const speeds = (subject: SubjectName, job: JobName) => {
    const [own, peer] = [middleOf(of(subject, job), perSecond), middleOf(of('peer', job), perSecond)]
    const ratio = own / peer
    return { ratio, cells: [`${own.toFixed(0)} (${ratio.toFixed(2)}×)`, peer.toFixed(0)] }
  }
  const line = (name: string, subject: SubjectName, wanted: number) => {
    const { ratio, cells } = speeds(subject, 'hot')
    return lineOf([name, ...cells, `≥ ${wanted}×`], ratio >= wanted)
  }
  return [
    line('decisions/s on a hot key, exact, 32 at once', 'exact', 1.8),
    noteOf(['– 4 at once', ...speeds('exact', 'fourAtOnce').cells]),
    line('decisions/s on a hot key, leased, 32 at once', 'leased', 20),
  ]
}

const ms = (value: number): string => `${value.toFixed(2)} ms`

function latencyLines(of: Results): readonly Line[] {
  const p50 = (subject: SubjectName, read: 'latenciesMs' | 'firstLatenciesMs') =>
    middleOf(of(subject, 'turns'), (result) => median(result[read]))
  const [own, peer] = [p50('exact', 'latenciesMs'), p50('peer', 'latenciesMs')]
  const [ownFirst, peerFirst] = [p50('exact', 'firstLatenciesMs'), p50('peer', 'firstLatenciesMs')]
  return [
    lineOf(
      [
        'p50 of a decision, one after the other',
        `${ms(own)} (${(own / peer).toFixed(2)}×)`,
        ms(peer),
        '≤ 0.55×',
      ],
      own <= 0.55 * peer,
    ),
    noteOf(['– the first of each caller in a window', ms(ownFirst), ms(peerFirst)]),
  ]
}

function costLines(of: Results): readonly Line[] {
  const dollars = (subject: SubjectName, job: JobName) =>
    `$${middleOf(of(subject, job), dollarsAMillion).toFixed(4)}`
  return [
    noteOf(['a million decisions, all allowed', dollars('exact', 'allowed'), dollars('peer', 'allowed')]),
    noteOf([
      'a million decisions, half denied',
      dollars('exact', 'halfDenied'),
      dollars('peer', 'halfDenied'),
    ]),
    noteOf(['a million decisions, flood', dollars('leased', 'flood'), dollars('peer', 'shortFlood')]),
    noteOf(['a million decisions, hot key leased', dollars('leased', 'hot'), dollars('peer', 'hot')]),
  ]
}

/** A limit that lets most of it through, and one that lets through half. */
const HOT_LIMITS = [36_000, 15_000]
const MOST_WRITES = 150

function hotKeyLine(result: HotKeyResult): Line {
  const { limit, decisionsASecond, admitted, writesASecond, throttled, degraded, mostInAWindow } = result
  const isExact = mostInAWindow <= limit
  return lineOf(
    [
      `${limit} in 6 s`,
      decisionsASecond.toFixed(0),
      String(admitted),
      `${writesASecond.toFixed(0)} (≤ ${MOST_WRITES})`,
      String(throttled),
      String(degraded),
      `${mostInAWindow} (≤ ${limit})`,
    ],
    isExact && writesASecond <= MOST_WRITES,
  )
}

const MOST_MS = 60
const MOST_REQUESTS = 2

function outageLine({ fault, container, wallMs, mostRequests, degraded }: OutageResult): Line {
  // One in ten may have waited for a processor.
  const usual =
    wallMs.toSorted((left, right) => left - right)[Math.floor(wallMs.length * 0.9) - 1] ?? Infinity
  return lineOf(
    [
      fault,
      container,
      `${median(wallMs).toFixed(1)} ms`,
      `${usual.toFixed(1)} ms (≤ ${MOST_MS})`,
      `${Math.max(...wallMs).toFixed(1)} ms`,
      `${mostRequests} (≤ ${MOST_REQUESTS})`,
      `${(degraded * 100).toFixed(0)} %`,
    ],
    usual <= MOST_MS && mostRequests <= MOST_REQUESTS && degraded === 1,
  )
}

const CONTEST = `Beside rate-limiter-flexible 11 (RateLimiterDynamo): one emulator, ${LATENCY_MS} ms added to every call, each limiter in a process of its
own, rounds in turn, medians. What is asked at once about one key shares writes; nothing of it is taken in advance unless leased. Dollars are for write units as DynamoDB bills them, $${PRICES.millionWriteUnits} a million.`
const HOT_KEY = `One key, 5,000 decisions a second from four containers, before a store that takes 1,000 writes a second:`
const OUTAGES = `A decision while the store fails, 20 of each kind, by the clock on the wall (budget 50 ms):`

const tableOf = (headings: readonly string[], lines: readonly Line[]): string =>
  markdownTable(
    headings,
    lines.map(({ cells }) => cells),
  )

/** Compares the limiter with its peer, and shows it with a hot key and with a store that fails. */
export async function rateLimit(): Promise<Report> {
  const stage = await setStage()
  const results = await contest(stage)
  const hotKeys: HotKeyResult[] = []
  for (const limit of HOT_LIMITS) hotKeys.push(await hotKey(stage, limit))
  await stage.stop()
  const outages = await resultOf<readonly OutageResult[]>('rate-limit/outage-child.ts')
  const figures = [
    ...callLines(results),
    ...speedLines(results),
    ...latencyLines(results),
    ...costLines(results),
  ]
  const hotKeyLines = hotKeys.map(hotKeyLine)
  const outageLines = outages.map(outageLine)
  const hotHeadings = [
    'limit',
    'decisions/s',
    'admitted',
    'writes/s',
    'throttled',
    'degraded',
    'most in any 6 s',
    '',
  ]
  const outageHeadings = ['the store', 'container', 'p50', 'p90', 'slowest', 'requests', 'degraded', '']
  const text = [
    CONTEST,
    tableOf(['figure', 'Midwatch', 'peer', 'wanted', ''], figures),
    HOT_KEY,
    tableOf(hotHeadings, hotKeyLines),
    OUTAGES,
    tableOf(outageHeadings, outageLines),
  ]
  const reached = [...figures, ...hotKeyLines, ...outageLines].every((line) => line.reached)
  return { title: 'Rate limits', text: text.join('\n\n'), reached }
}
