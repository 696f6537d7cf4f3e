import { flushCompileCache } from 'node:module'
import { banner } from './banner.ts'
import { buildIfStale } from '../infra/build-if-stale.ts'
import { consoleReport, errorIn, runCommand, sentenceOf } from './console.ts'
import { functionSettings } from './function-settings.ts'
import { readSettings } from './settings.ts'
import { startLocal, type LocalStack } from './stack.ts'

/** Resolves when somebody asks the process to stop. */
function askedToStop(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(undefined))
  })
}

async function start(): Promise<{ stack: LocalStack; tickSeconds: number }> {
  const settings = readSettings(process.env)
  const report = consoleReport()
  const tickSeconds = settings.MIDWATCH_TICK_SECONDS
  const stack = await startLocal({
    port: settings.PORT,
    dataDir: settings.MIDWATCH_DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    environment: await functionSettings(process.env),
    tickSeconds,
    schedule: 'timer',
    prepare: buildIfStale,
    report,
    onLogLine: (functionName, line) => {
      const error = errorIn(line)
      if (error !== undefined) report(functionName, error)
    },
  })
  return { stack, tickSeconds }
}

await runCommand(async () => {
  // Before the start, because a signal that nobody listens for would leave the emulators behind.
  const asked = askedToStop()
  const { stack, tickSeconds } = await start()
  console.log(banner(stack, tickSeconds, performance.now()))
  // Now, because a process that is killed keeps nothing.
  flushCompileCache()
  const reason = await Promise.race([asked, stack.broken])
  if (reason !== undefined) console.error(sentenceOf(reason))
  await stack.stop()
  return reason === undefined ? 0 : 1
})
process.exit()
