import { describe, expect, it } from 'vitest'
import { placeOf, sourcesUnder, walk, type Node, type Source } from '../support/sources.ts'

/** The only files that read a clock, draw random numbers, wait, or read the environment. */
const EFFECTS = new Set(['shared/kernel/effects.ts', 'shared/kernel/env.ts'])
/** The only file that writes to the standard output by itself. */
const OUTPUT = 'shared/kernel/http/access-record.ts'

const NAMES =
  /^(setTimeout|setInterval|setImmediate|randomUUID|randomBytes|randomInt|getRandomValues|console)$/
const MEMBERS =
  /^(Date\.now|Math\.random|performance\.now|AbortSignal\.timeout|process\.(env|hrtime|exit|argv|cwd|stderr|uptime))$/
const MODULES = /^(node:)?(timers|timers\/promises|perf_hooks|child_process)$/

const nodeIn = (node: Node, field: string) => node[field] as Node | undefined
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const nameOf = (node: Node | undefined): string => textOf(node?.['name']) || textOf(node?.['value'])

const memberOf = (node: Node): string =>
  `${nameOf(nodeIn(node, 'object'))}.${nameOf(nodeIn(node, 'property'))}`

function effectOf(node: Node, around: readonly Node[]): string | undefined {
  const [parent] = around
  switch (node.type) {
    case 'MemberExpression':
      if (memberOf(node) === 'process.stdout') return 'process.stdout'
      return MEMBERS.test(memberOf(node)) ? memberOf(node) : undefined
    case 'NewExpression':
    case 'CallExpression': {
      const isDate = nameOf(nodeIn(node, 'callee')) === 'Date'
      return isDate && Array.isArray(node['arguments']) && node['arguments'].length === 0
        ? 'Date()'
        : undefined
    }
    case 'Identifier': {
      const isField = parent?.type === 'Property' && parent['key'] === node && parent['shorthand'] !== true
      const isMember =
        parent?.type === 'MemberExpression' &&
        parent['property'] === node &&
        nameOf(nodeIn(parent, 'object')) !== 'globalThis'
      return NAMES.test(nameOf(node)) && !isField && !isMember ? nameOf(node) : undefined
    }
    case 'ImportDeclaration': {
      const from = nameOf(nodeIn(node, 'source'))
      return MODULES.test(from) ? from : undefined
    }
    default:
      return undefined
  }
}

function effectsIn(source: Source): string[] {
  if (EFFECTS.has(source.path)) return []
  const found: string[] = []
  walk(source, (node, around) => {
    const effect = effectOf(node, around)
    if (effect === undefined || (effect === 'process.stdout' && source.path === OUTPUT)) return
    found.push(`${placeOf(source, node)} ${effect}`)
  })
  return found
}

describe('effects', () => {
  it('are passed in, never taken', () => {
    expect(sourcesUnder('shared', 'functions').flatMap(effectsIn)).toEqual([])
  })

  it.each([
    'const now = Date.now()',
    "const now = Date['now']()",
    'const now = new Date()',
    'const now = Date()',
    'const clock = Date.now',
    'const luck = Math.random()',
    "import { randomUUID } from 'node:crypto'",
    'const id = crypto.randomUUID(), other = globalThis.randomUUID()',
    'setTimeout(() => undefined, 5)',
    'globalThis.setTimeout(() => undefined, 5)',
    "import { setTimeout as delay } from 'node:timers/promises'",
    'const at = performance.now()',
    "const table = process.env['TABLE']",
    'const { env } = process; const all = process.env',
    "process.stdout.write('x')",
    "console.log('x')",
    'const signal = AbortSignal.timeout(5)',
  ])('are found in: %s', (text) => {
    expect(effectsIn({ path: 'functions/alerts/http.ts', text }).length).toBeGreaterThan(0)
  })

  it.each([
    'const at = new Date(now).toISOString()',
    'const at = effects.now()',
    'const ms = Date.parse(text)',
    'const options = { setTimeout: 5 }',
    'socket.setTimeout(5)',
  ])('are not found in: %s', (text) => {
    expect(effectsIn({ path: 'functions/alerts/http.ts', text })).toEqual([])
  })

  it('may be taken in the one place that makes them', () => {
    expect(effectsIn({ path: 'shared/kernel/effects.ts', text: 'const now = Date.now()' })).toEqual([])
    expect(effectsIn({ path: OUTPUT, text: "process.stdout.write('x')" })).toEqual([])
    expect(effectsIn({ path: OUTPUT, text: 'process.env' })).toHaveLength(1)
  })
})
