import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual, type BinaryLike } from 'node:crypto'
import { CognitoError } from './errors.ts'

const KEY_BYTES = 32
const MIN_LENGTH = 8

/** @throws CognitoError when the password is shorter than the pool's policy asks for */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < MIN_LENGTH) {
    const message = 'Password did not conform with policy: Password not long enough'
    throw new CognitoError('InvalidPasswordException', message)
  }
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

export async function passwordMatches(password: string, hash: string | undefined): Promise<boolean> {
  const [salt, key] = (hash ?? '').split('.')
  if (!salt || !key) return false
  return sameBytes(await derive(password, Buffer.from(salt, 'base64url')), Buffer.from(key, 'base64url'))
}

/** What a client that has a secret must send along: HMAC-SHA-256 of the user name and the client id, base64. */
export function secretHash(secret: string, username: string, clientId: string): string {
  return createHmac('sha256', secret).update(`${username}${clientId}`).digest('base64')
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

export function sameText(left: string, right: string): boolean {
  return sameBytes(Buffer.from(sha256(left)), Buffer.from(sha256(right)))
}

function sameBytes(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

function derive(password: string, salt: BinaryLike): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
