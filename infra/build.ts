import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build, type BuildOptions as EsbuildOptions, type Metafile } from 'esbuild'
import { functions, type FunctionSpec } from '../shared/manifest.ts'
import { evaluatedModules } from './evaluated-modules.ts'
import { buildOnDemandSdk, onDemandSdk } from './on-demand-sdk.ts'
import { sdkSchemas } from './sdk-schemas.ts'
import { unusedSdkParts } from './unused-sdk-parts.ts'
import { withoutExamples } from './without-examples.ts'
import { writeBundles } from './write-bundles.ts'

const ROOT = resolve(import.meta.dirname, '..')

/** Where deployments, local runs and tests find the bundles: `<here>/<function name>/index.js`. */
export const FUNCTIONS_DIR = join(ROOT, 'dist', 'functions')

interface BuildOptions {
  /** Where to write; `dist/functions` when absent. */
  readonly outDir?: string
  /** Names of the functions to build; all of them when absent. */
  readonly only?: readonly string[]
  /** The folder that holds `<capability>/<entry>.ts`; `functions` when absent. */
  readonly sourceDir?: string
}

/** A function's bundle: how large it is, and which bytes each module put into it. */
export interface Bundle {
  readonly name: string
  /** Path of the JavaScript file, absolute. */
  readonly file: string
  readonly bytes: number
  /** Bytes by source file, relative to the repository. */
  readonly modules: Readonly<Record<string, number>>
}

const entryFile = (sourceDir: string, { capability, entry }: FunctionSpec): string =>
  join(sourceDir, capability, `${entry}.ts`)

function chosen(only: readonly string[] | undefined): readonly FunctionSpec[] {
  const unknown = (only ?? []).filter((name) => !functions.some((spec) => spec.name === name))
  if (unknown.length > 0) throw new Error(`The manifest declares no function named ${unknown.join(', ')}.`)
  return functions.filter((spec) => only?.includes(spec.name) ?? true)
}

function assertWritten(specs: readonly FunctionSpec[], sourceDir: string): void {
  const missing = specs.map((spec) => entryFile(sourceDir, spec)).filter((file) => !existsSync(file))
  if (missing.length === 0) return
  const files = missing.map((file) => relative(ROOT, file)).join(', ')
  throw new Error(`The manifest declares functions whose file does not exist: ${files}.`)
}

function bundlesOf(metafile: Metafile): Map<string, Pick<Bundle, 'bytes' | 'modules'>> {
  const outputs = Object.entries(metafile.outputs)
  return new Map(
    outputs.map(([file, { bytes, inputs }]) => {
      const modules = Object.entries(inputs).map(([source, input]) => [source, input.bytesInOutput] as const)
      return [resolve(ROOT, file), { bytes, modules: Object.fromEntries(modules) }]
    }),
  )
}

/** The same for every function; why each part of it is there is measured by `bench/cold-start.ts`. */
const RECIPE = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  // `require` in place of `import()`: importing node:http evaluates all that it exports, and with it a second HTTP client
  // that nobody uses. The SDK imports it at the first request, which took 25 ms longer for that.
  supported: { 'dynamic-import': false },
  define: { 'process.env.NODE_ENV': '"production"' },
  external: ['pg-native'],
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  write: false,
  logLevel: 'warning',
  plugins: [unusedSdkParts, onDemandSdk, sdkSchemas, evaluatedModules, withoutExamples],
} satisfies EsbuildOptions

/**
 * Bundles Lambda functions of the manifest, all in one esbuild call: `functions/<capability>/<entry>.ts` becomes
 * `<outDir>/<name>/index.js`. The only recipe there is; local runs, tests and deployments use its output.
 * The format is CommonJS because ES modules cost 20 ms more CPU at a cold start, and the SDK is bundled because the
 * runtime's own is slower to load.
 * @returns the bundles in the manifest's order
 * @throws when a chosen function has no file, or does not build
 */
export async function buildFunctions(options: BuildOptions = {}): Promise<readonly Bundle[]> {
  const { outDir = FUNCTIONS_DIR, sourceDir = join(ROOT, 'functions') } = options
  const specs = chosen(options.only)
  assertWritten(specs, sourceDir)
  const { metafile, outputFiles } = await build({
    ...RECIPE,
    entryPoints: specs.map((spec) => ({ in: entryFile(sourceDir, spec), out: join(spec.name, 'index') })),
    outdir: outDir,
  })
  const onDemand = await buildOnDemandSdk(metafile, RECIPE, outDir)
  await writeBundles(outDir, [...outputFiles, ...onDemand])
  const bundles = bundlesOf(metafile)
  return specs.map(({ name }) => {
    const file = resolve(outDir, name, 'index.js')
    return { name, file, ...(bundles.get(file) ?? { bytes: 0, modules: {} }) }
  })
}

if (import.meta.main) {
  const bundles = await buildFunctions()
  for (const { name, bytes } of bundles) console.log(`${(bytes / 1024).toFixed(0).padStart(5)} KB  ${name}`)
}
