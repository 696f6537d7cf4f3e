import { describe, expect, it } from 'vitest'
import { placeOf, sourcesUnder, walk, type Node, type Source } from '../support/sources.ts'

const nodeIn = (node: Node, field: string) => node[field] as Node | undefined

const isConstAssertion = (node: Node): boolean =>
  nodeIn(nodeIn(node, 'typeAnnotation') ?? node, 'typeName')?.['name'] === 'const'

const MAX_HELPER_LINES = 3
const FUNCTIONS = ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration']

/** What a function of a single expression gives back. */
function onlyExpression(declared: Node): Node | undefined {
  const body = nodeIn(declared, 'body')
  if (body?.type !== 'BlockStatement') return body
  const [only, ...others] = body['body'] as readonly Node[]
  return only?.type === 'ReturnStatement' && others.length === 0 ? nodeIn(only, 'argument') : undefined
}

/** `const trusted = (item: unknown) => item as Row`: the cast is all that the helper does, and it has a name. */
function isInNamedHelper({ text }: Source, around: readonly Node[]): boolean {
  const nearest = around.findIndex(({ type }) => FUNCTIONS.includes(type))
  const helper = around[nearest]
  const expression = helper && onlyExpression(helper)
  if (helper === undefined || expression === undefined) return false
  const isNamed = helper.type === 'FunctionDeclaration' || around[nearest + 1]?.type === 'VariableDeclarator'
  const lines = text.slice(expression.start, Number(expression['end'])).split('\n').length
  return isNamed && lines <= MAX_HELPER_LINES
}

function looseness(source: Source, node: Node, around: readonly Node[]): string | undefined {
  switch (node.type) {
    case 'TSAnyKeyword':
      return 'any'
    case 'TSNonNullExpression':
      return 'a non-null assertion'
    case 'TSTypeAssertion':
      return 'a cast'
    case 'TSAsExpression':
      return isConstAssertion(node) || isInNamedHelper(source, around)
        ? undefined
        : 'a cast outside of a named helper'
    default:
      return undefined
  }
}

function looseTypes(source: Source): string[] {
  const found: string[] = []
  walk(source, (node, around) => {
    const what = looseness(source, node, around)
    if (what !== undefined) found.push(`${placeOf(source, node)} ${what}`)
  })
  return found
}

function zodImports(source: Source): string[] {
  const found: string[] = []
  walk(source, (node) => {
    if (node.type !== 'ImportDeclaration' || nodeIn(node, 'source')?.['value'] !== 'zod') return
    const specifiers = node['specifiers'] as readonly Node[]
    const isNamespace = specifiers.length === 1 && specifiers[0]?.type === 'ImportNamespaceSpecifier'
    if (!isNamespace) found.push(`${placeOf(source, node)} imports zod by name`)
  })
  return found
}

const made = (text: string): Source => ({ path: 'shared/x.ts', text })

describe('types', () => {
  it('are never loosened but in a named helper of one expression', () => {
    expect(sourcesUnder('shared', 'functions', 'infra', 'local').flatMap(looseTypes)).toEqual([])
  })

  it.each([
    'const x: any = 1',
    'const f = (x: Map<string, any>) => x',
    'const y = x!.z',
    'const y = <Row>x',
    'const y = x as Row',
    'const y = f(x as Row)',
    'const f = (x: unknown) => { const y = x as Row; return y }',
    'function f(x: unknown) { const y = x as Row; return y }',
    'const f = (x: unknown) => [\n1,\n2,\n3,\nx as Row]',
    'const rows = [(x: unknown) => x as Row]',
    'class A { f(x: unknown) { return x as Row } }',
    'list.map((x) => x as Row)',
    'const y = x as unknown as Row',
  ])('are loose in: %s', (text) => {
    expect(looseTypes(made(text)).length).toBeGreaterThan(0)
  })

  it.each([
    "const x = ['a'] as const",
    'const trusted = (x: unknown) => x as Row',
    'const trusted = <Row>(x: unknown): Row => x as unknown as Row',
    'const idOf = (x: unknown) => (x as Row).id',
    'function trusted(x: unknown) { return x as Row }',
    'const x = { a: 1 } satisfies Row',
    "import * as z from 'zod'; import { a as b } from './b.ts'",
  ])('are not loose in: %s', (text) => {
    expect(looseTypes(made(text))).toEqual([])
  })
})

describe('zod', () => {
  it('is imported whole, so that its unused parts are left out of the bundles', () => {
    expect(sourcesUnder('shared', 'functions', 'infra', 'local', 'test').flatMap(zodImports)).toEqual([])
  })

  it.each([
    "import { z } from 'zod'",
    "import z from 'zod'",
    "import type { ZodType } from 'zod'",
    "import z, * as all from 'zod'",
  ])('is imported by name in: %s', (text) => {
    expect(zodImports(made(text))).toHaveLength(1)
  })

  it('is imported whole in both ways', () => {
    expect(zodImports(made("import * as z from 'zod'; import type * as y from 'zod'"))).toEqual([])
  })
})
