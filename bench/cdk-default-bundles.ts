import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { functions } from '../shared/manifest.ts'
import type { Bundle } from '../infra/build.ts'

const ROOT = resolve(import.meta.dirname, '..')

/**
 * Bundles the same handlers as `NodejsFunction` does when nothing but the entry is given (aws-cdk-lib 2.276,
 * aws-lambda-nodejs/lib/bundling.js, the feature flags of a new project):
 * `esbuild --bundle <entry> --target=node24 --platform=node --outfile=… --external:@aws-sdk/* --external:@smithy/*`.
 * The SDK stays outside, so a function loads the runtime's own; `node_modules` stands in for it.
 * @param outDir a folder below one that has `node_modules`
 */
export async function buildCdkDefaults(
  outDir: string,
): Promise<readonly Pick<Bundle, 'name' | 'file' | 'bytes'>[]> {
  await mkdir(outDir, { recursive: true })
  await writeFile(join(outDir, 'package.json'), '{ "type": "commonjs" }\n')
  return Promise.all(
    functions.map(async ({ name, capability, entry }) => {
      const outfile = join(outDir, name, 'index.js')
      const { metafile } = await build({
        absWorkingDir: ROOT,
        entryPoints: [join('functions', capability, `${entry}.ts`)],
        bundle: true,
        target: 'node24',
        platform: 'node',
        outfile,
        external: ['@aws-sdk/*', '@smithy/*'],
        metafile: true,
        logLevel: 'error',
      })
      const [output] = Object.values(metafile.outputs)
      return { name, file: outfile, bytes: output?.bytes ?? 0 }
    }),
  )
}
