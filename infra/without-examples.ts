import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

const NAMES = /^export const (\w+)/gm

/** Leaves the examples of routes out of the bundles: only the reference shows them, and it is made before. */
export const withoutExamples: Plugin = {
  name: 'without-examples',
  setup(build) {
    build.onLoad({ filter: /\/shared\/[^/]+\/examples\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return {
        contents: [...source.matchAll(NAMES)].map(([, name]) => `export const ${name} = {}`).join('\n'),
      }
    })
  },
}
