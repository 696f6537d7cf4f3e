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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Cursors under one key.
 * @param key at least 32 secret bytes
 */
export function makeCursors(key: Uint8Array): Cursors {
  const macOf = (payload: Uint8Array, scope: string) =>
    createHmac('sha256', key).update(scope).update('\0').update(payload).digest().subarray(0, MAC_BYTES)

  return {
    seal: (position, scope) => {
      const payload = Buffer.from(JSON.stringify(position))
      return Buffer.concat([macOf(payload, scope), payload]).toString('base64url')
    },
    open: (cursor, scope) => {
      const bytes = Buffer.from(cursor, 'base64url')
      const payload = bytes.subarray(MAC_BYTES)
      const mac = macOf(payload, scope)
      const genuine = bytes.length > MAC_BYTES && timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac)
      if (!genuine)
        throw new Problem('invalid_cursor', {
          fields: [{ path: 'query.cursor', reason: 'was not issued for this list' }],
        })
      const position: unknown = JSON.parse(payload.toString())
      if (!isRecord(position)) throw new Problem('invalid_cursor')
      return position
    },
  }
}
