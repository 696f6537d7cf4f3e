import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { buildFunctions } from '../infra/build.ts'
import { functions, type FunctionSpec } from '../shared/manifest.ts'
import { claimsOf, httpEvent } from '../test/support/http-event.ts'
import { buildCdkDefaults } from './cdk-default-bundles.ts'
import { startLocalStack } from './local-stack.ts'
import { markdownTable, median, verdict, type Report } from './report.ts'

const CHILD = join(import.meta.dirname, 'cold-start-child.cjs')
const OUT_DIR = resolve(import.meta.dirname, '..', 'dist', 'bench')

const WANTED_RATIO = 0.65
const WANTED_HOT_KB = 400
/** Runs of each bundle; a ratio that was not reached by then may be noise, and is looked at longer. */
const ROUNDS = 7
const ROUNDS_IN_DOUBT = 14
/** The share of the wanted ratio below which there is no doubt. */
const SAFE = 0.95

const NO_SETTINGS = { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'bench', MIDWATCH_TABLE: 'bench' }

interface Candidates {
  readonly ours: string
  readonly cdk: string
}

interface Timings {
  readonly oursMs: number
  readonly cdkMs: number
  readonly ratio: number
}

/**
 * Held to no size: the prober has a client for every probe; the reference is for readers; flags, configuration and changes are
 * what administrators do now and then, and hold the importers and the checks of schemas.
 */
const NOT_HOT: readonly FunctionSpec['capability'][] = [
  'prober',
  'reference',
  'feature-flags',
  'config',
  'changes',
]

/** Functions that serve users and services, or work each minute. */
const isHot = ({ capability, schedule }: FunctionSpec): boolean =>
  !NOT_HOT.includes(capability) && schedule?.every !== 'hour'

/** @returns user and system CPU time of a fresh process, from its start until the bundle is ready, in milliseconds */
function startOnce(bundle: string, environment: Readonly<Record<string, string>>, event?: string): number {
  const child = spawnSync(process.execPath, [CHILD, bundle, ...(event === undefined ? [] : [event])], {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (child.status !== 0) throw new Error(`The function did not start:\n${child.stderr}`)
  return Number.parseFloat(child.stderr)
}

/** Starts both bundles in turn, so that whatever else the machine does hits both alike. */
function compare(
  candidates: Candidates,
  environment: Readonly<Record<string, string>>,
  rounds: number,
  event?: string,
): Timings {
  const pairs = Array.from({ length: rounds }, () => ({
    ours: startOnce(candidates.ours, environment, event),
    cdk: startOnce(candidates.cdk, environment, event),
  }))
  return {
    oursMs: median(pairs.map(({ ours }) => ours)),
    cdkMs: median(pairs.map(({ cdk }) => cdk)),
    ratio: median(pairs.map(({ ours, cdk }) => ours / cdk)),
  }
}

function compareStarts(candidates: Candidates): Timings {
  const first = compare(candidates, NO_SETTINGS, ROUNDS)
  return first.ratio <= WANTED_RATIO * SAFE ? first : compare(candidates, NO_SETTINGS, ROUNDS_IN_DOUBT)
}

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(0)

const timingCells = ({ oursMs, cdkMs, ratio }: Timings): string[] => [
  oursMs.toFixed(0),
  cdkMs.toFixed(0),
  ratio.toFixed(2),
]

/** The same up to the first answer of `GET /api/v1/ops/health`, against the DynamoDB emulator. */
async function firstRequest(candidates: Candidates): Promise<Timings> {
  const event = httpEvent({ routeKey: 'GET /api/v1/ops/health', claims: claimsOf('viewer') })
  const stack = await startLocalStack()
  try {
    return compare(candidates, stack.environment, ROUNDS, JSON.stringify(event))
  } finally {
    await stack.stop()
  }
}

const EXPLANATION = `CPU time (user + system) from the start of the process until the bundle is loaded and its handler ready, each in a
fresh process; medians of interleaved runs, and the median of the ratios. "CDK" is what \`NodejsFunction\` makes of the
same handler without any settings: esbuild for node24 in CommonJS, not minified, \`@aws-sdk/*\` and \`@smithy/*\` left
to the runtime, which \`node_modules\` stands in for.`

/** Compares every function's start, and its size, with the CDK's default bundling of the same handler. */
export async function coldStart(): Promise<Report> {
  const ours = new Map(
    (await buildFunctions({ outDir: join(OUT_DIR, 'midwatch') })).map((one) => [one.name, one]),
  )
  const defaults = await buildCdkDefaults(join(OUT_DIR, 'cdk'))
  const cdk = new Map(defaults.map((one) => [one.name, one]))
  const candidatesOf = (name: string): Candidates => ({
    ours: ours.get(name)?.file ?? '',
    cdk: cdk.get(name)?.file ?? '',
  })
  const measured = functions.map((spec) => {
    const timings = compareStarts(candidatesOf(spec.name))
    const [bytes, cdkBytes] = [ours, cdk].map((bundles) => bundles.get(spec.name)?.bytes ?? 0)
    const small = !isHot(spec) || (bytes ?? 0) / 1024 <= WANTED_HOT_KB
    return {
      spec,
      timings,
      bytes: bytes ?? 0,
      cdkBytes: cdkBytes ?? 0,
      reached: small && timings.ratio <= WANTED_RATIO,
    }
  })
  const served = await firstRequest(candidatesOf('health-http'))
  const rows = measured.map(({ spec, timings, bytes, cdkBytes, reached }) => [
    spec.name,
    ...timingCells(timings),
    `≤ ${WANTED_RATIO}`,
    kilobytes(bytes),
    isHot(spec) ? `≤ ${WANTED_HOT_KB}` : '–',
    kilobytes(cdkBytes),
    verdict(reached),
  ])
  const informative = ['health-http, first request', ...timingCells(served), '–', '', '', '', '–']
  const headings = ['function', 'CPU ms', 'CDK CPU ms', 'ratio', 'wanted', 'KB', 'wanted KB', 'CDK KB', '']
  return {
    title: 'Cold start',
    text: `${EXPLANATION}\n\n${markdownTable(headings, [...rows, informative])}`,
    reached: measured.every(({ reached }) => reached),
  }
}
