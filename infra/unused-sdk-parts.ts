import type { Plugin } from 'esbuild'

/**
 * Parts of the SDK that are loaded on demand, and that no function ever demands:
 * sources of credentials that are tried when the environment has none (Lambda and the local runtime always set it), and
 * event streams (of all the operations that are called, none has one).
 */
const UNUSED =
  /^(?:@aws-sdk\/credential-provider-(?:sso|ini|process|web-identity|http)|@smithy\/credential-provider-imds|@smithy\/core\/event-streams)$/

/**
 * The DynamoDB client makes a cache of endpoints that were discovered, which it never asks: discovery is off unless somebody
 * switches it on. With what it imports it has 8 KB.
 */
const UNASKED = /^@aws-sdk\/endpoint-cache$/

/**
 * Replaces these parts by modules that say so when they are loaded. What a bundle loads on demand, esbuild keeps whole
 * and apart, together with all that it imports; without them it can drop and merge modules. That saves 40 KB and a
 * tenth of the CPU time of a start.
 */
export const unusedSdkParts: Plugin = {
  name: 'unused-sdk-parts',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'unused-sdk-parts' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'unused-sdk-parts' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`The functions are bundled without ${path}.`)})`,
    }))
    build.onResolve({ filter: UNASKED }, ({ path }) => ({ path, namespace: 'unasked-sdk-parts' }))
    build.onLoad({ filter: /.*/, namespace: 'unasked-sdk-parts' }, () => ({
      contents: 'export class EndpointCache {}',
    }))
  },
}
