import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Smaller than this is worth a second of nobody's time: level 11 takes 50 times as long for a tenth less. */
const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }

/** What `encodeEntries` wrote is a list of these. */
const entriesOf = <Entry>(json: string) => JSON.parse(json) as readonly Entry[]

/** Packs the entries of a live set: JSON under Brotli. */
export const encodeEntries = (entries: readonly unknown[]): Uint8Array =>
  brotliCompressSync(JSON.stringify(entries), OPTIONS)

/**
 * Unpacks the entries of a live set.
 * @throws when they were not packed by `encodeEntries`
 */
export const decodeEntries = <Entry>(bytes: Uint8Array): readonly Entry[] =>
  entriesOf<Entry>(brotliDecompressSync(bytes).toString())
