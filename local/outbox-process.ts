import { functions } from '../shared/manifest.ts'
import { consoleReport, runCommand } from './console.ts'
import { createFunctionHost } from './host/function-host.ts'
import { readSettings } from './settings.ts'
import { streamsClient } from './stack/clients.ts'
import { dataDirAt } from './stack/data-dir.ts'
import { openLogFile } from './stack/log-file.ts'
import { requireRunning } from './stack/runtime-file.ts'
import { startStreams } from './stack/sources.ts'

/**
 * The consumers of the table's stream as a process of their own, beside a stack that was started with `streams: false`:
 * `node local/outbox-process.ts [data directory]`. It may be killed at any moment; the next one goes on where it ended.
 */
await runCommand(async () => {
  const [, , path = readSettings(process.env).MIDWATCH_DATA_DIR] = process.argv
  const dataDir = dataDirAt(path)
  const { bundleDir, environment, dynamodbUrl, streamArn } = await requireRunning(dataDir)
  const log = openLogFile(dataDir.file('logs', 'outbox-process.log'))
  const consumers = functions.filter(({ consumer }) => consumer !== undefined && 'stream' in consumer.source)
  const host = createFunctionHost({ bundleDir, functions: consumers, environment, log: log.write })
  const streams = streamsClient(dynamodbUrl)
  const source = { streams, streamArn, dataDir, invoke: host.invoke, report: consoleReport() }
  const pollers = await startStreams(consumers, source)
  console.log('The outbox process is ready.')
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  await promise
  await Promise.all(pollers.map((poller) => poller.stop()))
  await host.stop()
  streams.destroy()
  await log.stop()
})
