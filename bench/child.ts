import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/**
 * Runs a benchmark in a process of its own and waits for what it sends. What the functions write to standard output,
 * their access records and metrics, is written to /dev/null: it costs what it costs, but nobody sees it.
 * @param file in this folder
 * @throws when the process ends without having sent anything
 */
export async function resultOf<Result>(file: string): Promise<Result> {
  const child = fork(join(import.meta.dirname, file), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`${file} ended with code ${String(code)}.`))),
  ])
  await exited
  return trusted<Result>(message)
}

/** The children are ours and send what they declare. */
const trusted = <Result>(message: unknown) => message as Result
