import { budget } from './budget.ts'
import { checks } from './checks.ts'
import { coldStart } from './cold-start.ts'
import { evaluation } from './evaluation.ts'
import { oracle } from './oracle.ts'
import { pipeline } from './pipeline.ts'
import { rateLimit } from './rate-limit.ts'
import type { Report } from './report.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<Report>>> = {
  'cold-start': coldStart,
  pipeline,
  budget,
  checks,
  'rate-limit': rateLimit,
  oracle,
  evaluation,
}

/** Runs the benchmarks that are named on the command line, or all of them. */
async function main(names: readonly string[]): Promise<void> {
  for (const name of names.length === 0 ? Object.keys(BENCHMARKS) : names) {
    const run = BENCHMARKS[name]
    if (run === undefined) {
      throw new Error(`There is no benchmark "${name}"; there are: ${Object.keys(BENCHMARKS).join(', ')}.`)
    }
    const { title, text, reached } = await run()
    console.log(`## ${title}\n\n${text}\n`)
    if (!reached) process.exitCode = 1
  }
}

await main(process.argv.slice(2))
