import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OutputFile } from 'esbuild'

/** The repository's own package.json calls every .js file an ES module; the bundles are none. */
const COMMON_JS = '{ "type": "commonjs" }\n'

type BuiltFile = Pick<OutputFile, 'path' | 'contents'>

/** Deletes what an earlier build left in a function's folder: the folder is deployed as it is. */
async function deleteOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name))
  await Promise.all(files.filter((file) => !kept.has(file)).map((file) => rm(file, { force: true })))
}

/**
 * Writes the bundles. Each is written aside and then moved to its place, so that another process that builds, deploys or
 * runs them at the same time never finds one missing or half written.
 * @param outDir the folder of all functions; files lie in folders below it
 */
export async function writeBundles(outDir: string, files: readonly BuiltFile[]): Promise<void> {
  await mkdir(outDir, { recursive: true })
  const aside = await mkdtemp(join(outDir, '.unfinished-'))
  const put = async (path: string, contents: string | Uint8Array, index: number): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(join(aside, String(index)), contents)
    await rename(join(aside, String(index)), path)
  }
  try {
    await put(join(outDir, 'package.json'), COMMON_JS, files.length)
    await Promise.all(files.map(({ path, contents }, index) => put(path, contents, index)))
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  const paths = new Set(files.map(({ path }) => path))
  await Promise.all([...new Set([...paths].map(dirname))].map((folder) => deleteOthers(folder, paths)))
}
