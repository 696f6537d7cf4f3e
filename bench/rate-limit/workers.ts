import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job, Outcome } from './jobs.ts'

/** A process of its own that does jobs. */
export interface Worker {
  /** @throws when the job fails */
  readonly perform: (job: Job) => Promise<Outcome>
  readonly stop: () => Promise<void>
}

type Answer = { readonly outcome: Outcome } | { readonly failure: string }

/** Workers are ours and send what they declare. */
const asAnswer = (message: unknown) => message as Answer

/** @param env what its process finds in its environment beside ours */
export function startWorker(env: Readonly<Record<string, string>>): Worker {
  const child = fork(join(import.meta.dirname, 'worker.ts'), {
    env: { ...process.env, ...env },
    // Metrics of denials are worth their time, but nobody reads them here.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const perform = async (job: Job): Promise<Outcome> => {
    const answered = once(child, 'message')
    child.send(job)
    const gone = exited.then(() => Promise.reject(new Error('A worker of the benchmark has ended.')))
    const [message] = await Promise.race([answered, gone])
    const answer = asAnswer(message)
    if ('failure' in answer) throw new Error(answer.failure)
    return answer.outcome
  }
  const stop = async () => {
    if (child.connected) child.disconnect()
    await exited
  }
  return { perform, stop }
}
