import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseSync } from 'vite'

/** A source file of the project, or one that a test has made up. */
export interface Source {
  /** From the root of the repository, e.g. `shared/kernel/auth.ts`. */
  readonly path: string
  readonly text: string
}

/** A node of the syntax tree (https://github.com/estree/estree, with TypeScript's nodes). */
export interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

export interface Import {
  /** A path from the root for a file of the project, else the package's name as it is written. */
  readonly target: string
  /** Only types are imported, so nothing of the target runs. */
  readonly typeOnly: boolean
}

const ROOT = resolve(import.meta.dirname, '../..')

/** Every TypeScript file under these folders. */
export function sourcesUnder(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') })),
  )
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode)

function parsed({ path, text }: Source) {
  const result = parseSync(path, text)
  const [error] = result.errors
  if (error !== undefined) throw new Error(`${path}: ${error.message}`)
  return result
}

/**
 * Visits every node of a file.
 * @param visit is given a node and those around it, the nearest first
 */
export function walk(source: Source, visit: (node: Node, around: readonly Node[]) => void): void {
  const enter = (node: Node, around: readonly Node[]): void => {
    visit(node, around)
    for (const child of childrenOf(node)) enter(child, [node, ...around])
  }
  const program: unknown = parsed(source).program
  if (isNode(program)) enter(program, [])
}

/** `shared/kernel/auth.ts:12`, for messages. */
export const placeOf = ({ path, text }: Source, node: Pick<Node, 'start'>): string =>
  `${path}:${text.slice(0, node.start).split('\n').length}`

function targetOf(path: string, written: string): string {
  return written.startsWith('.') ? join(dirname(path), written) : written
}

/** What a file imports, statically, dynamically or by exporting it again. */
export function importsOf(source: Source): Import[] {
  const { staticImports, staticExports } = parsed(source).module
  const imports = staticImports.map(({ moduleRequest, entries }) => ({
    target: targetOf(source.path, moduleRequest.value),
    typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
  }))
  const exports = staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType }) =>
      moduleRequest ? [{ target: targetOf(source.path, moduleRequest.value), typeOnly: isType }] : [],
    )
  const dynamic: Import[] = []
  walk(source, (node) => {
    const { source: from } = node
    if (node.type !== 'ImportExpression' || !isNode(from)) return
    dynamic.push({ target: targetOf(source.path, String(from['value'])), typeOnly: false })
  })
  return [...imports, ...exports, ...dynamic]
}
