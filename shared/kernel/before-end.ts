type Act = () => Promise<void>

/** What is still to be done in this process, together: it ends when the last of it is done. */
const acts: Act[] = []

/**
 * Does something before the process ends. Lambda sends SIGTERM before it ends an environment, if any extension is
 * registered. Whoever listens for that signal keeps Node from ending the process by itself, so this raises it again
 * afterwards, unless somebody else listens and decides.
 */
export function beforeEnd(act: Act): void {
  if (acts.length === 0) process.once('SIGTERM', end)
  acts.push(act)
}

async function end(): Promise<void> {
  await Promise.allSettled(acts.splice(0).map((act) => act()))
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM')
}
