import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOCAL_ROLES } from '../../local/stack/users.ts'
import type { TestStack } from './test-stack.ts'

/** Something that must not leave, and what it is. */
interface Secret {
  readonly name: string
  readonly text: string
}

/** A text that left, and where it was found. */
interface Trace {
  readonly where: string
  readonly text: string
}

/** Environment variables that say where a watched target is. */
const TARGETS = [
  'DATABASE_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
  'EXTERNAL_API_URL',
]

const addressOf = ({ environment }: TestStack, name: string): string => new URL(environment[name] ?? '').host

/** Passwords, tokens and addresses of the stack's targets. */
async function secretsOf(stack: TestStack): Promise<readonly Secret[]> {
  const { users, machine } = stack.credentials
  const tokens = LOCAL_ROLES.map(async (role) => ({
    name: `token of ${role}`,
    text: await stack.token(role),
  }))
  return [
    { name: 'password of the database', text: new URL(stack.environment['DATABASE_URL'] ?? '').password },
    ...TARGETS.map((name) => ({ name: `address in ${name}`, text: addressOf(stack, name) })),
    ...Object.values(users).map(({ username, password }) => ({
      name: `password of ${username}`,
      text: password,
    })),
    { name: 'secret of the machine', text: machine.clientSecret },
    { name: 'ping key', text: await pingKeyOf(stack) },
    // The header and the name of the signature's key are the same in all of them; the rest is not.
    ...(await Promise.all(tokens)).map(({ name, text }) => ({ name, text: text.split('.')[2] ?? text })),
    { name: 'any bearer token', text: 'Bearer ey' },
  ]
}

async function pingKeyOf({ api }: TestStack): Promise<string> {
  const { ping_path: path = '' } = await api.check('nightly-backup')
  return path.replace('/ping/', '')
}

async function logsOf({ dataDir }: TestStack): Promise<readonly Trace[]> {
  const folder = join(dataDir, 'logs')
  const names = await readdir(folder)
  return Promise.all(
    names.map(async (name) => ({ where: `log ${name}`, text: await readFile(join(folder, name), 'utf8') })),
  )
}

/** Viewers are told a job's ping address, and nobody else. */
const MAY_SAY: Readonly<Record<string, string>> = { 'ping key': 'GET /api/v1/ops/health' }

/**
 * Looks for secrets in everything that has left so far: answers of the API, messages, and the logs of the functions.
 * @returns which secret was found where, with its surroundings; empty when all is well
 */
export async function leaksOf(stack: TestStack): Promise<readonly string[]> {
  const secrets = await secretsOf(stack)
  const traces: readonly Trace[] = [
    ...stack.api.answered().map((text) => ({ where: `answer to ${text.split('\n')[0]}`, text })),
    ...stack.inbox().map((message) => ({ where: 'inbox', text: JSON.stringify(message) })),
    ...(await logsOf(stack)),
  ]
  return secrets.flatMap(({ name, text: secret }) =>
    traces
      .filter(({ where, text }) => text.includes(secret) && !where.includes(MAY_SAY[name] ?? '\0'))
      .map(({ where, text }) => {
        const at = text.indexOf(secret)
        return `${name} in ${where}: …${text.slice(Math.max(0, at - 200), at + 60)}…`
      }),
  )
}
