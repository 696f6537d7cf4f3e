import { randomUUID } from 'node:crypto'
import { bulk } from '../../shared/feature-flags/bulk.ts'
import { evaluate } from '../../shared/feature-flags/evaluate.ts'
import { Exposures } from '../../shared/feature-flags/exposures.ts'
import { flagSetOf, type LiveEntry } from '../../shared/feature-flags/flag-set.ts'
import { decodeEntries, encodeEntries } from '../../shared/kernel/live-set/snapshot.ts'
import { median } from '../report.ts'
import { ENTRIES } from './snapshot.ts'
import { contextsOf, JOBS, NOW, OWN_FLAGS, subjectsFor, SUBJECTS } from './subjects.ts'

const IDS = 1_000
/** Timed at a stretch: long enough for the CPU clock, short enough for candidates to alternate often. */
const SLICE_US = 20_000
const ROUNDS = 25
const BULK_FLAGS = 100

/** CPU time of one evaluation, in nanoseconds, by what was done. */
export interface EvaluationResult {
  readonly ns: Readonly<Record<string, number>>
  readonly snapshotBytes: number
  readonly flags: number
}

/** Does something, and says how often it has. */
type Work = () => number

/** Strings as a request's body or claims have them: nothing that is still to be put together. */
const received = (ids: readonly string[]): readonly string[] => JSON.parse(JSON.stringify(ids))

const SHAPES = {
  short: received(Array.from({ length: IDS }, (_, index) => `user-${index}`)),
  uuid: received(Array.from({ length: IDS }, () => randomUUID())),
}

const contexts = contextsOf(SHAPES.short)

/** Each shape and job for each candidate, one after the other, so that they share the machine's moods. */
async function evaluations(): Promise<[string, Work][]> {
  const works: [string, Work][] = []
  for (const [shape, ids] of Object.entries(SHAPES)) {
    const subjects = await subjectsFor(ids)
    for (const job of JOBS) {
      for (const name of SUBJECTS) {
        const evaluateAll = subjects[name]
        checkShare(`${name} ${job}`, job, evaluateAll(job) / IDS)
        works.push([`${shape} ${job} ${name}`, () => (evaluateAll(job), IDS)])
      }
    }
  }
  return works
}

/** A candidate that does something else than the others would be a wrong measure. */
function checkShare(name: string, job: (typeof JOBS)[number], share: number): void {
  const wanted = { percentage: 0.25, targeted: 0.5, static: 1 }[job]
  if (Math.abs(share - wanted) > 0.06) throw new Error(`${name} is on for ${share} instead of ${wanted}.`)
}

const exposures = new Exposures(Math.random)
function counted(): number {
  for (const context of contexts) exposures.add(evaluate(OWN_FLAGS, 'percentage', context, NOW), context)
  return IDS
}

const bytes = encodeEntries(ENTRIES)
const hundred = flagSetOf([], ENTRIES.slice(0, BULK_FLAGS), {})
function bulks(): number {
  for (const context of contexts) bulk(hundred, context, NOW, { onlyPublic: false })
  return IDS
}

function decoded(): number {
  flagSetOf([], decodeEntries<LiveEntry>(bytes), {})
  return 1
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** @returns CPU time of one, in nanoseconds */
function timed(work: Work): number {
  const startedUs = cpuUs()
  let done = 0
  let spentUs = 0
  do {
    done += work()
    spentUs = cpuUs() - startedUs
  } while (spentUs < SLICE_US)
  return (spentUs * 1_000) / done
}

const works: readonly [string, Work][] = [
  ...(await evaluations()),
  ['counted', counted],
  ['bulk', bulks],
  ['snapshot', decoded],
]
const rounds = new Map(works.map(([name]) => [name, new Array<number>()]))
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, work] of works) rounds.get(name)?.push(timed(work))
}
const result: EvaluationResult = {
  ns: Object.fromEntries([...rounds].map(([name, values]) => [name, median(values)])),
  snapshotBytes: bytes.byteLength,
  flags: ENTRIES.length,
}
// The clients keep connections and timers.
process.send?.(result, () => process.exit())
