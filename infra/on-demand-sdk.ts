import { dirname, join, relative, resolve } from 'node:path'
import { build, type BuildOptions, type Metafile, type OutputFile, type Plugin } from 'esbuild'

/** Clients that few checks ever need; the source loads them with `import()`. */
const ON_DEMAND = /^@aws-sdk\/(?:client-cloudwatch|rds-signer)$/

const FILE_PREFIX = './on-demand-'
const fileOf = (name: string): string => `${FILE_PREFIX}${name.replace('@aws-sdk/', '')}.js`
const packageOf = (file: string): string => file.replace(FILE_PREFIX, '@aws-sdk/').replace(/\.js$/, '')

/**
 * Keeps parts of the SDK that are loaded on demand out of the function's own file. Inside of it, esbuild would have to
 * keep all that they share with the rest unmerged, which costs a prober a fifth of its start.
 */
export const onDemandSdk: Plugin = {
  name: 'on-demand-sdk',
  setup(plugin) {
    plugin.onResolve({ filter: ON_DEMAND }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: fileOf(path), external: true } : undefined,
    )
  },
}

/** What `buildFunctions` gives to both of its builds. */
type Recipe = BuildOptions & { readonly absWorkingDir: string; readonly write: false }

/**
 * Bundles the parts that were kept out, each next to the functions that load it.
 * @param metafile of the functions' own build
 * @param recipe that build's options
 * @param outDir where the functions are written
 * @returns the files to write there too
 */
export async function buildOnDemandSdk(
  metafile: Metafile,
  recipe: Recipe,
  outDir: string,
): Promise<readonly OutputFile[]> {
  const folderOf = (output: string) => relative(outDir, resolve(recipe.absWorkingDir, dirname(output)))
  const parts = Object.entries(metafile.outputs).flatMap(([output, { imports }]) =>
    imports
      .filter(({ path }) => path.startsWith(FILE_PREFIX))
      .map(({ path }) => ({
        in: packageOf(path),
        out: join(folderOf(output), path.slice(0, -'.js'.length)),
      })),
  )
  if (parts.length === 0) return []
  return (await build({ ...recipe, entryPoints: parts, outdir: outDir })).outputFiles
}
