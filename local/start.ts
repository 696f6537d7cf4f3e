import { flushCompileCache } from 'node:module'
import { banner } from './banner.ts'
import { buildIfStale } from './build.ts'
import { consoleReport, errorIn, runCommand, sentenceOf } from './console.ts'
import { functionSettings } from './function-settings.ts'
import { readSettings } from './settings.ts'
import { startLocal, type LocalStack } from './stack.ts'

/** Resolves when the stack is to stop: with an error when a part of it broke. */
function reasonToStop(stack: LocalStack): Promise<Error | undefined> {
  const asked = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve(undefined))
  })
  return Promise.race([asked, stack.broken])
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
  const { stack, tickSeconds } = await start()
  console.log(banner(stack, tickSeconds, performance.now()))
  // Now, because a process that is killed keeps nothing.
  flushCompileCache()
  const reason = await reasonToStop(stack)
  if (reason !== undefined) console.error(sentenceOf(reason))
  await stack.stop()
  return reason === undefined ? 0 : 1
})
process.exit()
