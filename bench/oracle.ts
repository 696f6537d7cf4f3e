import { judge, type StreamFinding } from './oracle/judge.ts'
import { BIG_PLAN, SMALL_PLAN, type Plan } from './oracle/plan.ts'
import { admissionsIn, attemptsIn, type Recording } from './oracle/recording.ts'
import { runPlan, type RunRecord } from './oracle/run.ts'
import { markdownTable, verdict, type Report } from './report.ts'

const MIN_ATTEMPTS = 1_000_000
/** Clocks that differ let through a little more than the limit in true time. */
const MAX_REAL_RATIO = 1.05
/** Of what an ideal sliding log admits, by precision. */
const MIN_YIELD = { standard: 0.91, fine: 0.98 } as const

interface Figure {
  readonly name: string
  readonly measured: string
  readonly wanted?: string
  readonly reached?: boolean
}

const percent = (part: number): string => `${(part * 100).toFixed(1)} %`
const total = (recordings: readonly Recording[], of: (recording: Recording) => number): number =>
  recordings.reduce((sum, recording) => sum + of(recording), 0)

const overAdmissions = (findings: readonly StreamFinding[]): number =>
  findings
    .flatMap(({ windows }) => windows)
    .reduce((sum, { buckets, assigned }) => sum + buckets.overAdmissions + assigned.overAdmissions, 0)

function countFigures({ plan, recordings, overrideChanges }: RunRecord): readonly Figure[] {
  const attempts = total(recordings, (one) => attemptsIn(one).length)
  const admissions = total(recordings, (one) => admissionsIn(one).length)
  const calls = total(recordings, ({ storeCalls }) => storeCalls)
  return [
    {
      name: `attempts of ${plan.processes} processes`,
      measured: attempts.toLocaleString('en'),
      wanted: `≥ ${MIN_ATTEMPTS.toLocaleString('en')}`,
      reached: attempts >= MIN_ATTEMPTS,
    },
    { name: 'admissions', measured: admissions.toLocaleString('en') },
    {
      name: 'exempted by an override',
      measured: total(recordings, ({ exempted }) => exempted).toLocaleString('en'),
    },
    { name: 'overrides put and removed', measured: String(overrideChanges) },
    { name: 'decided without the store', measured: String(total(recordings, ({ degraded }) => degraded)) },
    { name: 'store calls a decision', measured: (calls / attempts).toFixed(4) },
  ]
}

const largest = (ratios: readonly number[]): number => Math.max(0, ...ratios)

function peakFigures(findings: readonly StreamFinding[]): readonly Figure[] {
  const windows = findings.flatMap((finding) => finding.windows)
  const buckets = largest(windows.map((window) => window.buckets.ratio))
  const assigned = largest(windows.map((window) => window.assigned.ratio))
  const real = largest(windows.map((window) => window.real?.ratio ?? 0))
  const over = overAdmissions(findings)
  return [
    { name: 'over-admissions in any window', measured: String(over), wanted: '0', reached: over === 0 },
    { name: 'fullest window by the moments that count', measured: `${assigned.toFixed(3)} L` },
    { name: 'fullest run of N + 1 buckets', measured: `${buckets.toFixed(3)} L` },
    {
      name: 'fullest window in true time',
      measured: `${real.toFixed(3)} L`,
      wanted: `≤ ${MAX_REAL_RATIO} L`,
      reached: real <= MAX_REAL_RATIO,
    },
  ]
}

const yieldFigures = (findings: readonly StreamFinding[]): readonly Figure[] =>
  findings.flatMap(({ rule, identifier, yieldPart }) => {
    if (yieldPart === undefined) return []
    const least = MIN_YIELD[rule.precision]
    // Units that a lease did not use are lost, and several windows cut each other short: only the plain counter has a bound.
    const isBound = rule.leases === 'off' && rule.windows.length === 1
    const name = `yield against an ideal log: ${rule.name}, ${identifier}`
    const measured = percent(yieldPart)
    return isBound
      ? [{ name, measured, wanted: `≥ ${percent(least)}`, reached: yieldPart >= least }]
      : [{ name, measured }]
  })

/** The oracle must notice a limiter that is wrong. */
async function mutantFigure(mutation: Plan['mutation'], name: string): Promise<Figure> {
  const over = overAdmissions(judge(await runPlan({ ...SMALL_PLAN, mutation })))
  return { name, measured: String(over), wanted: '> 0', reached: over > 0 }
}

const EXPLANATION = `Each process has a limiter, a client and a clock of its own; the clocks differ by up to ${2 * BIG_PLAN.maxSkewMs} ms and run ${BIG_PLAN.speed} times
as fast as the wall clock, so that windows of a minute pass in ${60 / BIG_PLAN.speed} s. Callers ask far more often than they may, for 1 to 5 units, one by
one or in bursts. The oracle knows what was admitted, when, by which clock, and nothing of the counters.`

/** Whether the limiter ever admits too much: what eight processes admitted, judged by a sliding log. */
export async function oracle(): Promise<Report> {
  const record = await runPlan(BIG_PLAN)
  const findings = judge(record)
  const figures: readonly Figure[] = [
    ...countFigures(record),
    ...peakFigures(findings),
    ...yieldFigures(findings),
    await mutantFigure('no-fence', 'over-admissions found where the fence is taken out'),
    await mutantFigure('one-counter-less', 'over-admissions found where one counter is left out'),
  ]
  const rows = figures.map(({ name, measured, wanted = '–', reached }) => [
    name,
    measured,
    wanted,
    reached === undefined ? '–' : verdict(reached),
  ])
  return {
    title: 'Rate limits: the oracle',
    text: `${EXPLANATION}\n\n${markdownTable(['', 'measured', 'wanted', ''], rows)}`,
    reached: figures.every(({ reached }) => reached !== false),
  }
}
