import { Problem } from './errors.ts'

/** A strong entity tag of an entity's version (RFC 9110, section 8.8.3). */
export const etagOf = (version: number | string): string => `"${version}"`

/** A list of tags, or `*`. */
const WELL_FORMED = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/

/** The tags of an If-Match or If-None-Match header. Weak tags keep their `W/`. */
const tagsOf = (header: string): readonly string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? []

/** `*` stands for any version; only by itself, since a version must not be guessed from half a tag. */
const isAny = (header: string): boolean => header.trim() === '*'

const MALFORMED = {
  path: 'headers.if-match',
  reason: 'must be an ETag in double quotes, as it was answered, or *',
}

/**
 * Holds a caller to the version it has read (RFC 9110, section 13.1.1: strong comparison).
 * @param ifMatch the header; absent means the caller does not care
 * @throws `stale_version` when the current version is not among the tags; `invalid_input` when there are no tags
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined) return
  if (!WELL_FORMED.test(ifMatch)) throw new Problem('invalid_input', { fields: [MALFORMED] })
  if (isAny(ifMatch) || tagsOf(ifMatch).includes(etagOf(version))) return
  throw new Problem('stale_version', {
    detail: `The current version is ${version}.`,
    headers: { etag: etagOf(version) },
  })
}

/**
 * Whether the caller holds the current answer already (RFC 9110, section 13.1.2: weak comparison).
 * @param etag the current one, from `etagOf`
 */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (isAny(ifNoneMatch)) return true
  const tags = tagsOf(ifNoneMatch).map((tag) => tag.replace(/^W\//, ''))
  return tags.includes(etag)
}
