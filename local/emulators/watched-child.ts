import { spawn } from 'node:child_process'

/** A child process that does not outlive this one. */
export interface WatchedChild {
  readonly pid: number
  /** Resolves with a clear error when it ends by itself, with undefined after `stop()`. */
  readonly exited: Promise<Error | undefined>
  /** SIGTERM, and SIGKILL five seconds later; resolves when it has ended. */
  readonly stop: () => Promise<void>
}

const STOP_DEADLINE_MS = 5_000
const STDERR_KEPT_CHARACTERS = 2_000

// A program that cannot watch its parent gets a shell that does: standard input is a pipe from us, and when it closes,
// because we closed it or because we were killed, the program is told to stop. The line printed first is its pid.
const WATCHDOG = `exec 3<&0
"$0" "$@" 3<&- >/dev/null &
child=$!
echo $child
(cat <&3 >/dev/null; kill $child) &
watcher=$!
wait $child
status=$?
kill $watcher 2>/dev/null
exit $status`

/**
 * Starts a program that ends with this process, even when that is killed with SIGKILL. A Ctrl-C in the terminal does not reach
 * it, so that whoever uses it can finish first.
 * @param title begins the sentences of its errors, e.g. `The DynamoDB emulator`
 */
export async function spawnWatched(
  title: string,
  program: string,
  args: readonly string[],
): Promise<WatchedChild> {
  const shell = spawn('/bin/sh', ['-c', WATCHDOG, program, ...args], { detached: true, stdio: 'pipe' })
  let stderr = ''
  let stopping = false
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_CHARACTERS)
  })
  shell.stdin.on('error', () => {})
  const exited = new Promise<Error | undefined>((resolve) => {
    shell.once('error', (cause) => resolve(new Error(`${title} could not be started.`, { cause })))
    shell.once('close', (code) => {
      const lastLine = stderr.trim().split('\n').at(-1)
      resolve(stopping ? undefined : new Error(`${title} ended (status ${code}): ${lastLine}`))
    })
    // Whatever ended the program, let go of the watchdog's input too.
    shell.once('exit', () => shell.stdin.end())
  })
  const firstLine = new Promise<string>((resolve) => {
    shell.stdout.setEncoding('utf8').once('data', resolve)
  })
  const pid = Number.parseInt(await Promise.race([firstLine, exited.then(String)]), 10)
  if (Number.isNaN(pid)) throw (await exited) ?? new Error(`${title} could not be started.`)
  const stop = async (): Promise<void> => {
    stopping = true
    shell.stdin.end()
    const stuck = setTimeout(() => endNow(pid), STOP_DEADLINE_MS)
    await exited
    clearTimeout(stuck)
  }
  return { pid, exited, stop }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended just before.
  }
}
