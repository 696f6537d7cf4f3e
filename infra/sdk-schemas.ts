import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

const TEXT_CONSTANT = /^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm
const COMPUTED_KEY = /\[(_\w+)\]:/g

/** Writes keys out that are given by a constant of the same file: `{ [_k]: 1 }` becomes `{ "key": 1 }`. */
export function withPlainKeys(source: string): string {
  const texts = new Map([...source.matchAll(TEXT_CONSTANT)].map(([, name, text]) => [name, text]))
  return source.replace(COMPUTED_KEY, (key, name: string) => {
    const text = texts.get(name)
    return text === undefined ? key : `${text}:`
  })
}

/**
 * Lets esbuild drop the schemas of operations that nobody calls. A client describes all of its operations in one file,
 * and esbuild keeps an object with a computed key, since computing it could have a side effect. Saves 50 KB of S3.
 */
export const sdkSchemas: Plugin = {
  name: 'sdk-schemas',
  setup(build) {
    build.onLoad({ filter: /\/@aws-sdk\/[^/]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
    }))
  },
}
