import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Where everything is kept that outlives a run. */
export interface DataDir {
  readonly path: string
  readonly file: (...names: readonly string[]) => string
  /** A JSON file's content; undefined when there is none. Throws one sentence when it is broken. */
  readonly readJson: (name: string) => Promise<unknown>
  /** Replaces a JSON file in one step; only this user can read it. */
  readonly writeJson: (name: string, value: unknown) => Promise<void>
}

export const DEFAULT_DATA_DIR = '.midwatch'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Error(`The file ${file} cannot be read; npm run reset deletes it with all other local data.`, {
      cause: error,
    })
  }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** The data directory without touching it. */
export function dataDirAt(path: string): DataDir {
  const root = resolve(path)
  const file = (...names: readonly string[]) => join(root, ...names)
  return {
    path: root,
    file,
    readJson: (name) => readJson(file(name)),
    writeJson: (name, value) => writeJson(file(name), value),
  }
}

/**
 * Makes the data directory, or finds it.
 * @throws one sentence when it cannot be written to
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const dataDir = dataDirAt(path)
  try {
    await mkdir(dataDir.file('logs'), { recursive: true, mode: 0o700 })
    await dataDir.writeJson('writable.json', true)
  } catch (error) {
    const problem = `The data directory ${dataDir.path} cannot be written to (${codeOf(error)})`
    throw new Error(`${problem}; name another one with MIDWATCH_DATA_DIR.`, { cause: error })
  }
  return dataDir
}
