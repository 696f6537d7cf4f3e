import { isDeepStrictEqual } from 'node:util'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

/** Files of `shared/platforms/` that are not definitions. */
const NOT_DEFINITIONS = /\/(?:define|index)\.ts$/

function asModule(file: string, [name, value]: readonly [string, unknown]): string {
  const json = JSON.stringify(value)
  if (isDeepStrictEqual(JSON.parse(json), value))
    return `export const ${name} = JSON.parse(${JSON.stringify(json)})`
  throw new Error(`"${name}" of ${file} holds something that JSON cannot express.`)
}

/**
 * Puts platform definitions into the bundles as the data that they validate to. A definition that is wrong fails the
 * build, and no function spends a tenth of its start on finding out again that the definition is right.
 */
export const evaluatedPlatforms: Plugin = {
  name: 'evaluated-platforms',
  setup(build) {
    build.onLoad({ filter: /\/shared\/platforms\/[^/]+\.ts$/ }, async ({ path }) => {
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
