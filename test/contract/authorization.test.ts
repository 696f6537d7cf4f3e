import { describe, expect, it } from 'vitest'
import { ANONYMOUS, authorize, principalOf } from '../../shared/kernel/auth.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { ROLES, routeKey, SCOPES, type Route } from '../../shared/kernel/route.ts'
import { routes } from '../../shared/manifest.ts'
import { goodBody, goodHeaders, paramsOf } from '../support/good-request.ts'
import { send } from '../support/handlers.ts'
import { bodyOf, claimsOf, machineClaims } from '../support/http-event.ts'
import { capturedOutput } from '../support/output.ts'
import { testTable } from '../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

interface Caller {
  readonly who: string
  /** Of its token; absent without one. */
  readonly claims?: Readonly<Record<string, string>>
  /** What the manifest must name for this caller to be admitted. */
  readonly admittedBy: (route: Route) => boolean
}

const never = () => false
const anyUser = ({ roles }: Route) => roles === 'signed-in'
const callers: readonly Caller[] = [
  { who: 'nobody, without a token', admittedBy: never },
  ...ROLES.map((role) => ({
    who: `a ${role}`,
    claims: claimsOf('filmmaker', role),
    admittedBy: ({ roles }: Route) => roles === 'signed-in' || (roles !== 'public' && roles.includes(role)),
  })),
  { who: 'a user without groups', claims: claimsOf(), admittedBy: anyUser },
  {
    who: "a user with the platform's own groups",
    claims: claimsOf('filmmaker', 'partner'),
    admittedBy: anyUser,
  },
  {
    who: 'a user whose group looks like a role',
    claims: claimsOf('filmmaker,superadmin'),
    admittedBy: anyUser,
  },
  {
    who: 'a user whose token carries every scope',
    claims: { ...claimsOf('filmmaker'), scope: SCOPES.join(' ') },
    admittedBy: anyUser,
  },
  ...SCOPES.map((scope) => ({
    who: `a machine with ${scope}`,
    claims: machineClaims(scope),
    admittedBy: ({ scopes }: Route) => scopes?.includes(scope) ?? false,
  })),
  { who: 'a machine without scopes', claims: machineClaims(), admittedBy: never },
  {
    who: 'a machine with the groups of a superadmin',
    claims: { ...machineClaims('openid'), 'cognito:groups': '[superadmin]' },
    admittedBy: never,
  },
]

const admits = (route: Route, caller: Caller): boolean => route.roles === 'public' || caller.admittedBy(route)
const refusalOf = ({ claims }: Caller) => (claims === undefined ? 'unauthorized' : 'forbidden')

function verdict(route: Route, { claims }: Pick<Caller, 'claims'>): string {
  try {
    authorize(route, claims === undefined ? ANONYMOUS : principalOf(claims))
    return 'admitted'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

async function requestOf(route: Route, { claims }: Caller) {
  const body = goodBody(route)
  const headers = await goodHeaders(route, started().table)
  return { params: paramsOf(route), headers, ...(claims ? { claims } : {}), ...(body ? { body } : {}) }
}

const named = routes.map((route) => [routeKey(route), route] as const)

describe.each(named)('%s', (_name, route) => {
  it('admits exactly whom the manifest names', () => {
    const verdicts = callers.map((caller) => [caller.who, verdict(route, caller)])
    const expected = callers.map((caller) => [
      caller.who,
      admits(route, caller) ? 'admitted' : refusalOf(caller),
    ])
    expect(verdicts).toEqual(expected)
  })

  it('refuses everybody else before anything is written', async () => {
    const refused = callers.filter((caller) => !admits(route, caller))
    const before = await started().itemCount()
    const answers = await Promise.all(
      refused.map(async (caller) => {
        const result = await send(route, await requestOf(route, caller))
        return [caller.who, bodyOf(result)['code'], result.headers?.['content-type']]
      }),
    )
    expect(answers).toEqual(
      refused.map((caller) => [caller.who, refusalOf(caller), 'application/problem+json']),
    )
    expect(await started().itemCount()).toBe(before)
    expect(refused.length === 0).toBe(route.roles === 'public')
  })

  it('lets everybody in whom the manifest names', async () => {
    const admitted = callers.filter((caller) => admits(route, caller))
    const answers: unknown[] = []
    for (const caller of admitted) {
      const { statusCode = 0 } = await send(route, await requestOf(route, caller))
      answers.push([caller.who, [401, 403, 500].includes(statusCode) ? statusCode : 'admitted'])
    }
    expect(answers).toEqual(admitted.map((caller) => [caller.who, 'admitted']))
    expect(admitted.length).toBeGreaterThan(0)
  })
})

describe('the manifest', () => {
  it('gives every route of the ops API roles, and makes nothing public that writes, save the pings', () => {
    const open = routes.filter((route) => route.roles === 'public').map(routeKey)
    expect(open.filter((key) => key.includes('/ops/'))).toEqual([
      'GET /ops/uptime',
      'GET /api/v1/ops/maintenance/status',
    ])
    expect(open.filter((key) => !key.startsWith('GET '))).toEqual([
      'POST /ping/{key}',
      'POST /ping/{key}/{signal}',
      // They only read; their key is checked by themselves.
      'POST /public/ofrep/v1/evaluate/flags/{key}',
      'POST /public/ofrep/v1/evaluate/flags',
    ])
  })

  it.each([
    ['midwatch/read', 'viewer'],
    ['midwatch/write', 'responder'],
    ['midwatch/configure', 'admin'],
  ] as const)('opens nothing to machines with %s that a %s may not do', (scope, role) => {
    const opened = routes.filter(({ scopes }) => scopes?.includes(scope))
    const beyond = opened.filter((route) => verdict(route, { claims: claimsOf(role) }) !== 'admitted')
    expect(opened.length).toBeGreaterThan(0)
    expect(beyond.map(routeKey)).toEqual([])
  })

  it('names each route once', () => {
    const keys = routes.map(routeKey)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
