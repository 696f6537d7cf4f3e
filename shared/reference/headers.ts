import { createHash } from 'node:crypto'
import { STYLE } from './style.ts'

/** The reference changes only with a deployment, and its ETag tells. */
export const CACHE_HEADERS = { 'cache-control': 'public, max-age=300' } as const

const styleHash = createHash('sha256').update(STYLE).digest('base64')

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

/** Headers of every page: nothing but its own style sheet may load, and nobody may frame it. */
export const PAGE_HEADERS = {
  ...CACHE_HEADERS,
  'content-security-policy': POLICY.join('; '),
  'referrer-policy': 'no-referrer',
} as const
