import * as z from 'zod'
import { DEFAULT_DATA_DIR } from './stack/data-dir.ts'
import { DEFAULT_TICK_SECONDS } from './stack/options.ts'

const Settings = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  MIDWATCH_DATA_DIR: z.string().min(1).default(DEFAULT_DATA_DIR),
  MIDWATCH_TICK_SECONDS: z.coerce.number().int().min(1).max(60).default(DEFAULT_TICK_SECONDS),
  /** A PostgreSQL to watch in place of the stand-in. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
})

/** What the environment says about the local runtime. */
export type Settings = z.output<typeof Settings>

/**
 * Reads the settings of the local runtime; an empty variable counts as absent.
 * @throws one sentence that names the wrong variable
 */
export function readSettings(source: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.entries(source).filter(([, value]) => value !== '')
  const parsed = Settings.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`The environment variable ${issue?.path.join('.')} is wrong: ${issue?.message}.`)
}
