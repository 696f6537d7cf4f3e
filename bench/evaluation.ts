import { resultOf } from './child.ts'
import type { EvaluationResult } from './evaluation/child.ts'
import { JOBS, SUBJECTS, type Job } from './evaluation/subjects.ts'
import { markdownTable, verdict, type Report } from './report.ts'

const MOST_PERCENTAGE_NS = 60
const LEAST_RATIO = 7
const MOST_COUNTED_NS = 100
const MOST_BULK_US = 35
const MOST_SNAPSHOT_MS = 5

type Shape = 'short' | 'uuid'

/** A line of a table, and whether it is as wanted. */
interface Line {
  readonly cells: readonly string[]
  readonly reached: boolean
}

const withVerdict = (cells: readonly string[], reached: boolean): Line => ({
  cells: [...cells, verdict(reached)],
  reached,
})

/** What each candidate takes for a job, and how much longer the fastest of the others takes. */
function contestLine({ ns }: EvaluationResult, shape: Shape, job: Job): Line {
  const [own = 0, ...peers] = SUBJECTS.map((subject) => ns[`${shape} ${job} ${subject}`] ?? Number.NaN)
  const ratio = Math.min(...peers) / own
  const cells = [
    `${job}, ${shape === 'uuid' ? 'ids are UUIDs' : 'ids like user-123'}`,
    ...[own, ...peers].map((value) => value.toFixed(0)),
    `${ratio.toFixed(1)}×`,
  ]
  if (job !== 'percentage' || shape !== 'short') return { cells: [...cells, '–', '–'], reached: true }
  const wanted = `≤ ${MOST_PERCENTAGE_NS}, ≥ ${LEAST_RATIO}×`
  return withVerdict([...cells, wanted], own <= MOST_PERCENTAGE_NS && ratio >= LEAST_RATIO)
}

function ownLines({ ns, snapshotBytes, flags }: EvaluationResult): readonly Line[] {
  const countedNs = ns['counted'] ?? Number.NaN
  const bulkUs = (ns['bulk'] ?? Number.NaN) / 1_000
  const snapshotMs = (ns['snapshot'] ?? Number.NaN) / 1_000_000
  const snapshot = `snapshot of ${flags} flags decoded and prepared (${(snapshotBytes / 1_024).toFixed(1)} KB)`
  return [
    withVerdict(
      ['percentage, counted', `${countedNs.toFixed(0)} ns`, `≤ ${MOST_COUNTED_NS} ns`],
      countedNs <= MOST_COUNTED_NS,
    ),
    withVerdict(
      ['all of 100 flags, with ETag', `${bulkUs.toFixed(1)} µs`, `≤ ${MOST_BULK_US} µs`],
      bulkUs <= MOST_BULK_US,
    ),
    withVerdict(
      [snapshot, `${snapshotMs.toFixed(2)} ms`, `≤ ${MOST_SNAPSHOT_MS} ms`],
      snapshotMs <= MOST_SNAPSHOT_MS,
    ),
  ]
}

const tableOf = (headings: readonly string[], lines: readonly Line[]): string =>
  markdownTable(
    headings,
    lines.map(({ cells }) => cells),
  )

const EXPLANATION = `CPU time of one evaluation in nanoseconds, 1,000 ids, all candidates in one process, medians of rounds in turn. A
busy machine makes all of them slower alike: the ratio is to the fastest of the others.`

/** Compares evaluation in process with what others do for the same job. */
export async function evaluation(): Promise<Report> {
  const result = await resultOf<EvaluationResult>('evaluation/child.ts')
  const contest = (['short', 'uuid'] as const).flatMap((shape) =>
    JOBS.map((job) => contestLine(result, shape, job)),
  )
  const own = ownLines(result)
  const text = [
    EXPLANATION,
    tableOf(['job', ...SUBJECTS, 'ratio', 'wanted', ''], contest),
    tableOf(['figure', 'Midwatch', 'wanted', ''], own),
  ]
  return {
    title: 'Evaluation of flags',
    text: text.join('\n\n'),
    reached: [...contest, ...own].every(({ reached }) => reached),
  }
}
