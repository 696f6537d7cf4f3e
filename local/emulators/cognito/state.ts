import { readFile, rename, writeFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'

const User = z.strictObject({
  username: z.string(),
  sub: z.string(),
  email: z.string().optional(),
  /** `scrypt` of the password: salt and key in base64url, joined by a dot. */
  passwordHash: z.string().optional(),
  status: z.enum(['CONFIRMED', 'FORCE_CHANGE_PASSWORD']),
  enabled: z.boolean(),
  groups: z.array(z.string()),
  createdAtMs: z.number(),
  modifiedAtMs: z.number(),
})
export type User = z.infer<typeof User>

const RefreshToken = z.strictObject({
  /** SHA-256 of the token, base64url: the file holds nothing that could be presented. */
  hash: z.string(),
  username: z.string(),
  clientId: z.string(),
  originJti: z.string(),
  authTimeMs: z.number(),
  expiresAtMs: z.number(),
  revoked: z.boolean(),
})
export type RefreshToken = z.infer<typeof RefreshToken>

const State = z.strictObject({
  version: z.literal(1),
  /** RSA signing key, PKCS#8 PEM. */
  privateKey: z.string(),
  keyId: z.string(),
  groups: z.array(z.string()),
  users: z.array(User),
  refreshTokens: z.array(RefreshToken),
})
export type State = z.infer<typeof State>

/** Reads the pool's state; undefined when there is none yet. */
export async function loadState(file: string): Promise<State | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    return State.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`The user pool's file ${file} cannot be read: delete it to start afresh.`, { cause })
  }
}

/**
 * A function that writes the state. Each write goes to a temporary file that is renamed over the old one, so a crash leaves
 * either; writes follow one another, and those that wait become one.
 */
export function stateWriter(file: string | undefined, state: State): () => Promise<void> {
  if (file === undefined) return () => Promise.resolve()
  let running: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined
  const write = async (): Promise<void> => {
    waiting = undefined
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.tmp`, JSON.stringify(state), { mode: 0o600 })
    await rename(`${file}.tmp`, file)
  }
  return () => {
    if (waiting) return waiting
    const next = running.then(write)
    running = next.catch(() => {})
    waiting = next
    return next
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
