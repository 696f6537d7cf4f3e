import { resolve } from 'node:path'
import type { Report } from './sources.ts'

/** How to start a stack. Without any of it: a free port, a temporary data directory, and ticks on demand. */
export interface LocalOptions {
  readonly port?: number
  /** Kept when the stack stops; without it a temporary directory is used and deleted. */
  readonly dataDir?: string
  readonly tickSeconds?: number
  /** `manual`: ticks come from `stack.tick()` alone. */
  readonly schedule?: 'timer' | 'manual'
  /** Holds `<function name>/index.js`; where `infra/build.ts` writes when absent. */
  readonly bundleDir?: string
  /** Runs while the stand-ins start, e.g. to build the functions. */
  readonly prepare?: () => Promise<unknown>
  /** A PostgreSQL to watch in place of the stand-in. */
  readonly databaseUrl?: string | undefined
  /** More variables for the functions. */
  readonly environment?: Readonly<Record<string, string>>
  /** Whether this process runs the consumers of the table's stream; `local/outbox-process.ts` can instead. */
  readonly streams?: boolean
  /** Told of errors of the runtime itself; by default they are only in the log file. */
  readonly report?: Report
  /** Told of lines that functions print beside the log file. */
  readonly onLogLine?: (functionName: string, line: string) => void
}

/** Where `infra/build.ts` writes. */
export const DEFAULT_BUNDLE_DIR = resolve(import.meta.dirname, '../../dist/functions')

/** The tick locally: six times as fast as on AWS, so that nobody waits for a minute. */
export const DEFAULT_TICK_SECONDS = 10
