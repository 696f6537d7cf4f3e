import { describe, expect, it } from 'vitest'
import { importsOf, sourcesUnder, type Source } from '../support/sources.ts'

/** The layers of ARCHITECTURE, the first that fits. What is under `shared/` and no other layer is a pure decision. */
const LAYERS = {
  kernel: /^shared\/kernel\//,
  manifest: /^shared\/manifest\.ts$/,
  platforms: /^shared\/platforms\//,
  contract:
    /^shared\/[\w-]+\/(contract|[\w-]+-routes|route-parts|examples|schemas|check|rule|status|flag|flag-key|flag-faults|operands|flag-definition|bundle|entry|json-schema|json-value|pattern|value-schema)\.ts$/,
  /** Files that talk to the outside: a new one is named here on purpose. */
  io: new RegExp(
    [
      String.raw`^shared/[\w-]+/store\.ts$`,
      String.raw`^shared/audit/heads\.ts$`,
      String.raw`^shared/outbox/publish\.ts$`,
      String.raw`^shared/rate-limit-checks/client\.ts$`,
      String.raw`^shared/rate-limits/(block-store|limit-list|override-store|rule-store|counter-store|decision-metrics|limit-set|limiter|middleware|open-limiter|route-limiter|take|take-anywhere|counter-reader)\.ts$`,
      String.raw`^shared/violations/(block-callers|end-expired|limit-status|list|recorder|sweep)\.ts$`,
      String.raw`^shared/feature-flags/(bundle-store|client|exposure-recorder|exposure-store|flag-applier|flag-store|open-flags)\.ts$`,
      String.raw`^shared/audit/history\.ts$`,
      String.raw`^shared/config/(client|config-applier|config-reader|entry-store|open-config)\.ts$`,
      String.raw`^shared/changes/(asking|sweep|watching)\.ts$`,
      String.raw`^shared/health/network/(?!public-address)`,
      String.raw`^shared/health/probes/(?!postgres/url|redis/protocol|dns/(answers|failure)|http/findings|sqs/findings)`,
      String.raw`^shared/prober/(attempt|prober-state|record-slot|roll-up|run-batch|run-slot|tick)\.ts$`,
    ].join('|'),
  ),
  pure: /^shared\//,
  functions: /^functions\//,
  infra: /^infra\//,
  local: /^local\//,
} as const
type Layer = keyof typeof LAYERS

const layers = Object.keys(LAYERS) as Layer[]
const layerOf = (path: string): Layer | undefined => layers.find((layer) => LAYERS[layer].test(path))

/** What each layer may import: layers, files and packages by name. Types may be imported from anywhere but from `functions/`, `infra/` and `local/`. */
const MAY_IMPORT: Readonly<Record<Layer, RegExp>> = {
  kernel: /^shared\/kernel\/|^(?!shared\/|functions\/|infra\/|local\/)/,
  manifest: /^shared\/[\w-]+\/contract\.ts$/,
  platforms:
    /^shared\/platforms\/|^shared\/health\/check\.ts$|^shared\/feature-flags\/(flag|flag-definition|bundle)\.ts$|^shared\/config\/entry\.ts$|^shared\/rate-limits\/(rule|default-rules)\.ts$|^zod$/,
  contract:
    /^shared\/kernel\/(route|reasons|json-value|strict-record)\.ts$|^shared\/[\w-]+\/(contract|[\w-]+-routes|route-parts|examples|schemas|check|rule|status|flag|flag-key|flag-faults|operands|flag-definition|bundle|entry|json-schema|json-value|pattern|value-schema)\.ts$|^zod$/,
  pure: /^shared\/kernel\/(audit|auth|canonical|errors|error-table|grants|json-value|reasons|route)\.ts$|^zod$|^node:(crypto|net|util)$/,
  io: /^shared\/kernel\/|^(?!shared\/|functions\/|infra\/|local\/)/,
  functions: /^shared\/|^(?!infra\/|local\/)/,
  infra:
    /^infra\/|^shared\/(manifest\.ts|platforms\/|[\w-]+\/contract\.ts|health\/check\.ts|kernel\/(grants|route|table\/schema)\.ts)|^(?!shared\/|functions\/|local\/)/,
  local: /^local\/|^functions\/|^shared\/|^infra\/(build|build-if-stale|outputs)\.ts$|^(?!infra\/)/,
}

const mayUse = (from: Layer, target: string): boolean => {
  const to = layerOf(target)
  if (MAY_IMPORT[from].test(target)) return true
  if (from === 'pure') return to === 'contract' || to === 'pure'
  return from === 'io' && (to === 'contract' || to === 'pure' || to === 'io' || to === 'platforms')
}

const folderOf = (file: string) => file.split('/').slice(0, 2).join('/')

/** A function's folder knows its own files and the dependencies that all share; nobody reaches into another capability's. */
const isForeignFunction = (path: string, target: string): boolean => {
  return (
    path.startsWith('functions/') &&
    target.startsWith('functions/') &&
    !['functions/http-deps.ts', 'functions/view-context.ts'].includes(target) &&
    folderOf(path) !== folderOf(target)
  )
}

function forbiddenImports(source: Source): string[] {
  const from = layerOf(source.path)
  if (from === undefined) return []
  return importsOf(source)
    .filter(({ target, typeOnly }) => {
      if (typeOnly && !/^(functions|infra|local)\//.test(target)) return false
      return !mayUse(from, target) || isForeignFunction(source.path, target)
    })
    .map(({ target }) => `${source.path} (${from}) imports ${target}`)
}

const made = (path: string, text: string) => forbiddenImports({ path, text })

describe('who may import whom', () => {
  const sources = sourcesUnder('shared', 'functions', 'infra', 'local')

  it('is kept to by every file', () => {
    expect(sources.length).toBeGreaterThan(150)
    expect(sources.flatMap(forbiddenImports)).toEqual([])
  })

  it('gives every file under these folders a layer', () => {
    expect(sources.filter(({ path }) => layerOf(path) === undefined)).toEqual([])
  })

  it.each([
    ['shared/alerts/contract.ts', "import { alertStore } from './store.ts'"],
    ['shared/alerts/contract.ts', "import { createHash } from 'node:crypto'"],
    ['shared/alerts/decide.ts', "import { systemEffects } from '../kernel/effects.ts'"],
    ['shared/alerts/decide.ts', "import { openTable } from '../kernel/table/table.ts'"],
    ['shared/alerts/decide.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
    ['shared/alerts/decide.ts', "import { alertStore } from './store.ts'"],
    ['shared/alerts/decide.ts', "export { alertStore } from './store.ts'"],
    ['shared/alerts/decide.ts', "export const load = () => import('./store.ts')"],
    ['shared/alerts/decide.ts', "import { type Alert, alertStore } from './store.ts'"],
    ['shared/alerts/store.ts', "import { handler } from '../../functions/alerts/http.ts'"],
    ['shared/kernel/auth.ts', "import { fingerprintOf } from '../alerts/alert.ts'"],
    ['shared/manifest.ts', "import { handler } from '../functions/alerts/http.ts'"],
    ['shared/platforms/index.ts', "import { healthStore } from '../health/store.ts'"],
    ['functions/alerts/http.ts', "import { handler } from '../audit/http.ts'"],
    ['functions/alerts/http.ts', "import type { Ports } from '../../local/stack/names.ts'"],
    ['infra/app.ts', "import { handler } from '../functions/alerts/http.ts'"],
    ['infra/app.ts', "import { openTable } from '../shared/kernel/table/table.ts'"],
    ['local/start.ts', "import { AppStack } from '../infra/stacks/app.ts'"],
  ])('is broken by %s with %s', (path, text) => {
    expect(made(path, text)).toHaveLength(1)
  })

  it.each([
    ['shared/alerts/contract.ts', "import { route } from '../kernel/route.ts'"],
    ['shared/alerts/decide.ts', "import type { Table } from '../kernel/table/table.ts'"],
    ['shared/alerts/store.ts', "import { outboxWrite } from '../kernel/outbox.ts'"],
    ['functions/alerts/http.ts', "import { baseDeps } from '../http-deps.ts'"],
    ['local/start.ts', "import { buildFunctions } from '../infra/build.ts'"],
  ])('is kept to by %s with %s', (path, text) => {
    expect(made(path, text)).toEqual([])
  })
})
