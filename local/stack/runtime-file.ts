import * as z from 'zod'
import type { DataDir } from './data-dir.ts'

/** What other processes need to know of a running stack: where it is, and how its functions are run. */
const Runtime = z.object({
  /** Different in each run. */
  instance: z.string(),
  pid: z.int(),
  url: z.string(),
  cognitoUrl: z.string(),
  tokenUrl: z.string(),
  clientId: z.string(),
  dynamodbUrl: z.string(),
  streamArn: z.string(),
  bundleDir: z.string(),
  environment: z.record(z.string(), z.string()),
})
export type Runtime = z.output<typeof Runtime>

const FILE = 'stack.json'

export const writeRuntime = (dataDir: DataDir, runtime: Runtime): Promise<void> =>
  dataDir.writeJson(FILE, runtime)

async function instanceAt(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/_local/state`, { signal: AbortSignal.timeout(2_000) })
    return z.object({ instance: z.string() }).parse(await response.json()).instance
  } catch {
    return undefined
  }
}

/** The stack that runs with this data directory, if there is one: a file that a killed one left behind does not count. */
export async function findRunning(dataDir: DataDir): Promise<Runtime | undefined> {
  const parsed = Runtime.safeParse(await dataDir.readJson(FILE).catch(() => undefined))
  if (!parsed.success) return undefined
  return (await instanceAt(parsed.data.url)) === parsed.data.instance ? parsed.data : undefined
}

/**
 * The stack that runs with this data directory.
 * @throws one sentence when none does
 */
export async function requireRunning(dataDir: DataDir): Promise<Runtime> {
  const running = await findRunning(dataDir)
  if (running !== undefined) return running
  throw new Error(`Midwatch does not run with the data directory ${dataDir.path}; start it with npm start.`)
}

/** @throws one sentence when a stack runs with this data directory */
export async function assertNotRunning(dataDir: DataDir): Promise<void> {
  const running = await findRunning(dataDir)
  if (running === undefined) return
  throw new Error(
    `Midwatch runs already with the data directory ${dataDir.path}, at ${running.url} (process ${running.pid}); stop it first.`,
  )
}
