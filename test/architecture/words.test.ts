import { describe, expect, it } from 'vitest'
import { placeOf, sourcesUnder, walk, type Node, type Source } from '../support/sources.ts'

/** Words that the vocabulary of ARCHITECTURE has another word for. */
const SYNONYMS = new Map(
  Object.entries({
    monitor: 'check',
    outage: 'incident',
    downtime: 'incident or maintenance window',
    ticket: 'incident',
    healthcheck: 'check',
    alarm: 'alert',
    mute: 'silence',
    snooze: 'silence',
    toggle: 'flag',
    cron: 'schedule',
  }),
)

/** `checkHTTPStatus` → check, http, status. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)

function synonymsIn(name: string): string[] {
  return wordsOf(name).flatMap((word) => {
    const better = SYNONYMS.get(word) ?? SYNONYMS.get(word.replace(/s$/, ''))
    return better === undefined ? [] : [`"${word}" is ${better} here`]
  })
}

function wrongWords(source: Source): string[] {
  const found = synonymsIn(source.path).map((what) => `${source.path}: ${what}`)
  walk(source, (node) => {
    if (node.type !== 'Identifier') return
    found.push(...synonymsIn(String(node['name'])).map((what) => `${placeOf(source, node)} ${what}`))
  })
  return found
}

const isLocality = (node: Node): boolean =>
  (node.type === 'Identifier' && /^(is|on)?_?local(ly|host)?$/i.test(String(node['name']))) ||
  (node.type === 'Literal' && /^(local|localhost|127\.0\.0\.1)$/i.test(String(node['value'])))

/** `if (local)` in any of its forms: a condition that asks where the code runs. */
function localityChecks(source: Source): string[] {
  const found: string[] = []
  walk(source, (node, around) => {
    if (!isLocality(node)) return
    const path = [node, ...around]
    const asks = around.some(
      (outer, index) =>
        ['IfStatement', 'ConditionalExpression', 'LogicalExpression', 'SwitchStatement'].includes(
          outer.type,
        ) && [outer['test'], outer['left'], outer['discriminant']].includes(path[index]),
    )
    if (asks) found.push(`${placeOf(source, node)} asks whether it runs locally`)
  })
  return found
}

const made = (text: string, path = 'shared/x.ts'): Source => ({ path, text })
const sources = sourcesUnder('shared', 'functions')

describe('the words of the vocabulary', () => {
  it('are the only ones in names', () => {
    expect(sources.flatMap(wrongWords)).toEqual([])
  })

  it.each([
    'const monitorStatus = 1',
    'interface OutageView {}',
    'const f = (x: { downtimes: 1 }) => x',
    'class HTTPMonitor {}',
  ])('are not those in: %s', (text) => {
    expect(wrongWords(made(text)).length).toBeGreaterThan(0)
  })

  it('are not those of a file name', () => {
    expect(wrongWords(made('', 'functions/health/get-monitors.ts'))).toHaveLength(1)
  })

  it('leave texts and values alone', () => {
    expect(wrongWords(made("const WORDS = { unhealthy: 'outage' } // for monitors"))).toEqual([])
  })
})

describe('where the code runs', () => {
  it('is asked nowhere', () => {
    expect(sources.flatMap(localityChecks)).toEqual([])
  })

  it.each([
    'if (local) start()',
    'if (!env.isLocal) start()',
    "const url = stage === 'local' ? a : b",
    'const x = isLocal && start()',
    "if (host === 'localhost' || other) start()",
  ])('is asked in: %s', (text) => {
    expect(localityChecks(made(text)).length).toBeGreaterThan(0)
  })

  it('is not asked where a value only has such a name', () => {
    expect(localityChecks(made('const local = 1; use(local); const y = ready ? local : other'))).toEqual([])
  })
})
