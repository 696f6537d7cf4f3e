import type { Job, Outcome } from './jobs.ts'
import type { Load } from './slow-store.ts'
import type { Stage } from './stage.ts'
import type { SubjectName } from './subjects.ts'
import type { Worker } from './workers.ts'

/** One job that one of the two has done. */
export interface Result extends Outcome {
  readonly load: Load
}

/** A million decisions on the hot key are within the limit. */
const FAR = 100_000_000
const WINDOW_SECONDS = 60
/** Both wait for as long as it takes: the machine is slow, not the store. */
const PATIENT_MS = 5_000
const ROUNDS = 3

export const JOBS = {
  /** As a Lambda container asks. */
  allowed: { limit: FAR, load: { kind: 'burst', atOnce: 1, decisions: 400, keys: 2 } },
  halfDenied: { limit: 100, load: { kind: 'burst', atOnce: 1, decisions: 400, keys: 2 } },
  manyAllowed: { limit: FAR, load: { kind: 'burst', atOnce: 32, decisions: 600, keys: 2 } },
  flood: { limit: 100, load: { kind: 'burst', atOnce: 32, decisions: 20_000, keys: 1 } },
  /** The peer asks the store about each, so fewer of them tell as much. */
  shortFlood: { limit: 100, load: { kind: 'burst', atOnce: 32, decisions: 600, keys: 1 } },
  hot: { limit: FAR, load: { kind: 'hot', atOnce: 32, forMs: 1_000 } },
  fourAtOnce: { limit: FAR, load: { kind: 'hot', atOnce: 4, forMs: 1_000 } },
  turns: { limit: FAR, load: { kind: 'turns', keys: 40, passes: 5 } },
} as const satisfies Readonly<Record<string, { limit: number; load: Job['load'] }>>
export type JobName = keyof typeof JOBS

/** The results of every round, by subject. */
export type Results = (subject: SubjectName, job: JobName) => readonly Result[]

/** Each line is measured once a round, ours and the peer's next to each other. */
const TIMED: readonly (readonly [SubjectName, JobName])[] = [
  ['exact', 'hot'],
  ['peer', 'hot'],
  ['leased', 'hot'],
  ['peer', 'fourAtOnce'],
  ['exact', 'fourAtOnce'],
  ['peer', 'turns'],
  ['exact', 'turns'],
]
/** Calls are counted, and the same each time. */
const COUNTED: readonly (readonly [SubjectName, JobName])[] = [
  ['exact', 'allowed'],
  ['peer', 'allowed'],
  ['exact', 'manyAllowed'],
  ['peer', 'manyAllowed'],
  ['exact', 'halfDenied'],
  ['peer', 'halfDenied'],
  ['leased', 'flood'],
  ['peer', 'shortFlood'],
  ['peer-blocking', 'shortFlood'],
]

const isOurs = (subject: SubjectName): boolean => subject === 'exact' || subject === 'leased'

/** Has both limiters do every job, in turn, each in its own process, against the same store. */
export async function contest(stage: Stage): Promise<Results> {
  const [ours, peers]: [Worker, Worker] = [stage.worker(), stage.worker()]
  const results = new Map<string, Result[]>()
  const measure = async (name: SubjectName, jobName: JobName, round: number): Promise<void> => {
    const { limit, load } = JOBS[jobName]
    const rule = `bench-${name}-${jobName}-${round}`.toLowerCase()
    const subject = { name, rule, limit, windowSeconds: WINDOW_SECONDS, budgetMs: PATIENT_MS }
    stage.store.take()
    const outcome = await (isOurs(name) ? ours : peers).perform({ subject, load })
    const key = `${name} ${jobName}`
    results.set(key, [...(results.get(key) ?? []), { ...outcome, load: stage.store.take() }])
  }
  for (const [name, job] of COUNTED) await measure(name, job, 0)
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, job] of TIMED) await measure(name, job, round)
  }
  return (subject, job) => results.get(`${subject} ${job}`) ?? []
}
