import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = resolve(import.meta.dirname, '../..')

/** A mutant has the exports of the module that it was made of. */
const asModule = <Module>(loaded: unknown) => loaded as Module

/** Imports of neighbours, from wherever the mutant is. */
const withAbsoluteImports = (text: string, folder: string): string =>
  text.replaceAll(
    /from '(\.{1,2}\/[^']+)'/g,
    (_, path: string) => `from '${pathToFileURL(resolve(folder, path)).href}'`,
  )

/**
 * Loads a module with a mistake in it, to show that a test would find the mistake.
 * @param file the module, relative to the repository
 * @param right the text that is to be wrong; the module must have it exactly once
 */
export async function mutant<Module>(file: string, right: string, wrong: string): Promise<Module> {
  const text = await readFile(join(ROOT, file), 'utf8')
  if (text.split(right).length !== 2) throw new Error(`${file} has no single "${right}" to be changed.`)
  const folder = await mkdtemp(join(tmpdir(), 'mutant-'))
  try {
    const path = join(folder, 'mutant.ts')
    await writeFile(path, withAbsoluteImports(text.replace(right, wrong), dirname(join(ROOT, file))))
    return asModule<Module>(await import(path))
  } finally {
    await rm(folder, { recursive: true })
  }
}
