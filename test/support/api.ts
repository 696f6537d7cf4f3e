import type { LocalRole } from '../../local/stack/users.ts'
import type { CheckView } from '../../shared/health/schemas.ts'

/** An answer of the API. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body parsed as JSON; `undefined` when it is none. */
  readonly body: unknown
}

interface Call {
  /** Whose token is sent; none for the public routes. */
  readonly as?: LocalRole
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The API of a stack, as its callers use it. */
export interface Api {
  readonly call: (method: string, path: string, call?: Call) => Promise<Answer>
  readonly get: (path: string) => Promise<Answer>
  /** A check as `GET /api/v1/ops/health` shows it. */
  readonly check: (id: string) => Promise<CheckView>
  /** Everything that was answered so far, headers included. */
  readonly answered: () => readonly string[]
}

interface Health {
  readonly checks: readonly CheckView[]
}

/** What the route's own schema has encoded. */
const asHealth = (body: unknown) => body as Health

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const headerText = (headers: Headers): string =>
  [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')

/**
 * Calls a stack's API and keeps what it answers.
 * @param tokenOf gives the bearer token of a role
 */
export function api(url: string, tokenOf: (role: LocalRole) => Promise<string>): Api {
  const texts: string[] = []

  async function call(method: string, path: string, { as, body, headers = {} }: Call = {}): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${await tokenOf(as)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    texts.push(`${method} ${path} ${response.status}\n${headerText(response.headers)}\n${text}`)
    return { status: response.status, headers: response.headers, text, body: parsed(text) }
  }

  const get = (path: string) => call('GET', path, { as: 'viewer' })

  async function check(id: string): Promise<CheckView> {
    const { body } = await call('GET', '/api/v1/ops/health', { as: 'responder' })
    const found = asHealth(body).checks.find((view) => view.id === id)
    if (found === undefined) throw new Error(`There is no check ${id}.`)
    return found
  }

  return { call, get, check, answered: () => texts }
}
