import { stop as stopCompiler } from 'esbuild'
import { readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { buildFunctions, FUNCTIONS_DIR } from './build.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** What the bundles are made of. Folders count too: deleting a file changes nothing else. */
const SOURCES = ['functions', 'shared', 'infra', 'package-lock.json']
/** Written after a build and dated to its start: a source that changed meanwhile is newer. */
const STAMP = join(FUNCTIONS_DIR, 'built')

const changedMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NEGATIVE_INFINITY,
  )

async function newestSourceMs(): Promise<number> {
  const trees = SOURCES.map(async (name) => {
    const path = join(ROOT, name)
    const inside = await readdir(path, { recursive: true }).catch(() => [])
    return [path, ...inside.map((entry) => join(path, entry))]
  })
  const paths = (await Promise.all(trees)).flat()
  return Math.max(...(await Promise.all(paths.map(changedMs))))
}

/** Builds the functions unless the bundles are newer than everything that they are made of. */
export async function buildIfStale(): Promise<void> {
  if ((await changedMs(STAMP)) > (await newestSourceMs())) return
  const startedAt = new Date()
  await buildFunctions()
  // The compiler's process would stay otherwise.
  await stopCompiler()
  await writeFile(STAMP, '')
  await utimes(STAMP, startedAt, startedAt)
}
