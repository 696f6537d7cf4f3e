import { isDeepStrictEqual } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

/** What is worked out when functions are bundled. */
const EVALUATED = /\/(?:shared\/platforms\/[^/]+|functions\/reference\/document)\.ts$/
/** Files of `shared/platforms/` that are not definitions. */
const NOT_DEFINITIONS = /\/(?:define|index)\.ts$/

function asModule(file: string, [name, value]: readonly [string, unknown]): string {
  const json = JSON.stringify(value)
  if (!isDeepStrictEqual(JSON.parse(json), value)) {
    throw new Error(`"${name}" of ${file} holds something that JSON cannot express.`)
  }
  return `export const ${name} = JSON.parse(${json.length < PACKED_FROM ? JSON.stringify(json) : packed(json)})`
}

/** More text than this is packed: the reference repeats itself, and takes a twentieth. */
const PACKED_FROM = 100_000

/** An expression that unpacks a text. */
function packed(text: string): string {
  const bytes = brotliCompressSync(text).toString('base64')
  return `require('node:zlib').brotliDecompressSync(Buffer.from('${bytes}', 'base64')).toString()`
}

/**
 * Puts modules into the bundles as the data that they make: platform definitions, so that a wrong one fails the build and no
 * function spends a tenth of its start on finding out again that they are right; and the reference, so that its function
 * does not hold the schemas of all the others.
 */
export const evaluatedModules: Plugin = {
  name: 'evaluated-modules',
  setup(build) {
    build.onLoad({ filter: EVALUATED }, async ({ path }) => {
      if (NOT_DEFINITIONS.test(path)) return undefined
      const definitions: object = await import(pathToFileURL(path).href)
      return {
        contents: Object.entries(definitions)
          .map((entry) => asModule(path, entry))
          .join('\n'),
      }
    })
  },
}
