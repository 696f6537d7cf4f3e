import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildFunctions, type Bundle } from '../../infra/build.ts'
import { withPlainKeys } from '../../infra/sdk-schemas.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'

let outDir: string
let bundles: ReadonlyMap<string, Bundle>

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'midwatch-bundles-'))
  const only = ['health-http', 'audit-publish-heads', 'prober-tick']
  bundles = new Map((await buildFunctions({ outDir, only })).map((bundle) => [bundle.name, bundle]))
})
afterAll(() => rm(outDir, { recursive: true, force: true }))

function bundleNamed(name: string): Bundle {
  const bundle = bundles.get(name)
  if (bundle === undefined) throw new Error(`${name} was not built.`)
  return bundle
}

const sourcesOf = (name: string): readonly string[] => Object.keys(bundleNamed(name).modules)

describe('bundles', () => {
  test('what a function loads on demand lies beside it and loads from there', () => {
    const { file } = bundleNamed('prober-tick')
    const load = createRequire(file)
    const parts: readonly object[] = ['client-cloudwatch', 'rds-signer'].map((name) =>
      load(`./on-demand-${name}.js`),
    )
    expect(parts.map((part) => Object.keys(part))).toEqual([
      expect.arrayContaining(['CloudWatchClient', 'GetMetricStatisticsCommand']),
      expect.arrayContaining(['Signer']),
    ])
    expect(dirname(file)).toBe(join(outDir, 'prober-tick'))
    expect(sourcesOf('prober-tick').filter((source) => source.includes('client-cloudwatch'))).toEqual([])
  })

  test('a platform is in a bundle as data, without the code that validates it', async () => {
    const code = await readFile(bundleNamed('health-http').file, 'utf8')
    expect(code).toContain(secondWatchNetwork.checks.at(-1)?.runbook)
    expect(sourcesOf('health-http')).not.toContain('shared/platforms/define.ts')
  })

  test('a bundle holds no schema of an operation that its function never calls', async () => {
    const code = await readFile(bundleNamed('audit-publish-heads').file, 'utf8')
    expect(code).toContain('PutObject')
    expect(code).not.toContain('PutBucketAnalyticsConfiguration')
  })
})

describe('schemas of the SDK', () => {
  test('keys given by a text constant of the file are written out; all others stay', () => {
    const source =
      'const _a = "key \\"1\\"";\nconst _n = 1;\nexport var A = [{ [_a]: 1, [_n]: 2, [_other]: 3 }];'
    expect(withPlainKeys(source)).toBe(
      'const _a = "key \\"1\\"";\nconst _n = 1;\nexport var A = [{ "key \\"1\\"": 1, [_n]: 2, [_other]: 3 }];',
    )
  })
})
