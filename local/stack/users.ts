import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { ROLES } from '../../shared/kernel/route.ts'
import type { DataDir } from './data-dir.ts'

/** Who can sign in locally: one user for each role, one of the platform's own, and a machine. */
export const USER_ROLES = [...ROLES, 'filmmaker'] as const
export type UserRole = (typeof USER_ROLES)[number]
export type LocalRole = UserRole | 'machine'
export const LOCAL_ROLES: readonly LocalRole[] = [...USER_ROLES, 'machine']

const User = z.object({ username: z.string(), password: z.string() })

const Credentials = z.object({
  users: z.record(z.enum(USER_ROLES), User),
  machine: z.object({ clientId: z.string(), clientSecret: z.string() }),
})
/** What the seeded users and the machine sign in with. Random, made at the first start. */
export type Credentials = z.output<typeof Credentials>

const FILE = 'credentials.json'

/** Random, and with a letter of each kind that Cognito's password policy asks for. */
const password = (): string => `${randomBytes(15).toString('base64url')}-aA1`

const userFor = (role: UserRole) => ({ username: `${role}@midwatch.local`, password: password() })

const makeCredentials = (): Credentials => ({
  users: {
    superadmin: userFor('superadmin'),
    admin: userFor('admin'),
    responder: userFor('responder'),
    viewer: userFor('viewer'),
    filmmaker: userFor('filmmaker'),
  },
  machine: {
    clientId: randomBytes(13).toString('hex'),
    clientSecret: randomBytes(32).toString('base64url'),
  },
})

/** @throws one sentence when the file is there and broken */
export async function readCredentials(dataDir: DataDir): Promise<Credentials | undefined> {
  const stored = await dataDir.readJson(FILE)
  if (stored === undefined) return undefined
  const parsed = Credentials.safeParse(stored)
  if (parsed.success) return parsed.data
  throw new Error(
    `The file ${dataDir.file(FILE)} is broken; npm run reset deletes it with all other local data.`,
  )
}

/** The credentials of earlier runs, or new ones. */
export async function ensureCredentials(dataDir: DataDir): Promise<Credentials> {
  const stored = await readCredentials(dataDir)
  if (stored !== undefined) return stored
  const made = makeCredentials()
  await dataDir.writeJson(FILE, made)
  return made
}
