import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stageNamed, type Stage } from './stages.ts'

const ROOT = resolve(import.meta.dirname, '..')
const CLI = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')

/** The stage that the command line names with `--stage`. */
export function stageFromCommandLine(): { readonly name: string; readonly stage: Stage } {
  const { values } = parseArgs({ options: { stage: { type: 'string', default: 'dev' } } })
  return { name: values.stage, stage: stageNamed(values.stage) }
}

/** Where the outputs of a deployment are kept. */
export const outputsFile = (name: string): string => join(ROOT, '.midwatch', `outputs-${name}.json`)

/**
 * Runs the CDK command line in the foreground. Node's own folder comes first in its PATH, so that the app runs under the
 * same version. Its SDK reads AWS_ENDPOINT_URL itself.
 * @throws when it fails
 */
export async function runCdk(args: readonly string[]): Promise<void> {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`"cdk ${args[0]}" failed; its last lines say why.`)
}

/** Runs a command's main function; what it throws becomes one sentence and exit code 1. */
export function main(run: () => Promise<void>): void {
  run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  })
}
