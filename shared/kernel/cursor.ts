import { createHmac, timingSafeEqual } from 'node:crypto'
import { Problem } from './errors.ts'

/** Seals and opens paging cursors: opaque to callers, useless when altered or used on another list. */
export interface Cursors {
  /**
   * @param position where the next page starts
   * @param scope the list and its filters; a cursor opens only within the same scope
   */
  readonly seal: (position: Readonly<Record<string, unknown>>, scope: string) => string
  /** @throws `invalid_cursor` */
  readonly open: (cursor: string, scope: string) => Readonly<Record<string, unknown>>
}

const MAC_BYTES = 16

/** What was sealed under our own key is a position. */
const positionOf = (json: string) => JSON.parse(json) as Readonly<Record<string, unknown>>

const invalidCursor = (): Problem =>
  new Problem('invalid_cursor', {
    fields: [{ path: 'query.cursor', reason: 'was not issued for this list' }],
  })

/**
 * Cursors under one key.
 * @param key at least 32 secret bytes
 */
export function makeCursors(key: Uint8Array): Cursors {
  // As JSON a scope holds no NUL, so no other pair of scope and payload has the same bytes.
  const macOf = (payload: Uint8Array, scope: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify(scope))
      .update('\0')
      .update(payload)
      .digest()
      .subarray(0, MAC_BYTES)

  return {
    seal: (position, scope) => {
      const payload = Buffer.from(JSON.stringify(position))
      return Buffer.concat([macOf(payload, scope), payload]).toString('base64url')
    },
    open: (cursor, scope) => {
      const bytes = Buffer.from(cursor, 'base64url')
      const payload = bytes.subarray(MAC_BYTES)
      const mac = macOf(payload, scope)
      // The decoder passes over what is not base 64, so that many texts have the same bytes: only ours is genuine.
      const genuine =
        bytes.length > MAC_BYTES &&
        bytes.toString('base64url') === cursor &&
        timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac)
      if (!genuine) throw invalidCursor()
      return positionOf(payload.toString())
    },
  }
}
