import { describe, expect, it } from 'vitest'
import { ANONYMOUS, authorize, principalOf, systemPrincipal } from '../../../shared/kernel/auth.ts'
import { problemOf } from '../../support/problem.ts'

const accessToken = { sub: 'sub-1', username: 'ada', client_id: 'web', token_use: 'access' }
const idToken = { sub: 'sub-1', 'cognito:username': 'ada', aud: 'web', token_use: 'id' }
const machineToken = { sub: 'robot', client_id: 'robot', scope: 'midwatch/read midwatch/report' }

describe('who is calling', () => {
  it('reads a list of groups as API Gateway writes it', () => {
    const principal = principalOf({ ...accessToken, 'cognito:groups': '[admin filmmaker viewer]' })
    expect(principal).toEqual({
      kind: 'user',
      id: 'sub-1',
      name: 'ada',
      roles: ['admin', 'viewer'],
      groups: ['admin', 'filmmaker', 'viewer'],
      scopes: [],
    })
  })

  it.each([
    ['[admin]', ['admin']],
    ['admin', ['admin']],
    ['[]', []],
    ['', []],
    [
      ['admin', 7, 'viewer'],
      ['admin', 'viewer'],
    ],
    [undefined, []],
    [7, []],
  ])('reads the groups %j as %j', (groups, expected) => {
    expect(principalOf({ ...accessToken, 'cognito:groups': groups }).groups).toEqual(expected)
  })

  it.each(['film,admin', '[admin]', 'Admin', 'admin:'])(
    'gives no role for a platform group that only looks like one: %s',
    (group) => {
      expect(principalOf({ ...accessToken, 'cognito:groups': `[${group}]` }).roles).toEqual([])
    },
  )

  it('reads an id token like an access token', () => {
    const groups = { 'cognito:groups': '[responder]' }
    expect(principalOf({ ...idToken, ...groups })).toEqual(principalOf({ ...accessToken, ...groups }))
  })

  it('takes the user name for the id of a user without a subject', () => {
    expect(principalOf({ username: 'ada' }).id).toBe('ada')
  })

  it('takes a token without a user name for a machine, with scopes and without roles', () => {
    const principal = principalOf({ ...machineToken, 'cognito:groups': '[superadmin]' })
    expect(principal).toEqual({
      kind: 'machine',
      id: 'robot',
      name: 'robot',
      roles: [],
      groups: [],
      scopes: ['midwatch/read', 'midwatch/report'],
    })
  })

  it('still has an id for a token that names nobody', () => {
    expect(principalOf({})).toMatchObject({ kind: 'machine', id: 'unknown' })
  })
})

describe('who may call', () => {
  const admins = { roles: ['superadmin', 'admin'], scopes: ['midwatch/configure'] } as const
  const user = (groups: string) => principalOf({ ...accessToken, 'cognito:groups': groups })

  it('lets anybody call a public route', () => {
    expect(() => authorize({ roles: 'public' }, ANONYMOUS)).not.toThrow()
  })

  it('admits a user by any of the declared roles', () => {
    expect(() => authorize(admins, user('[filmmaker admin]'))).not.toThrow()
  })

  it('admits a machine by a declared scope', () => {
    expect(() =>
      authorize(admins, principalOf({ client_id: 'x', scope: 'midwatch/configure' })),
    ).not.toThrow()
  })

  it('admits any user, whatever the groups, where it is enough to be signed in, and no machine', () => {
    const signedIn = { roles: 'signed-in' } as const
    expect(() => authorize(signedIn, user('[]'))).not.toThrow()
    expect(problemOf(() => authorize(signedIn, ANONYMOUS)).code).toBe('unauthorized')
    const machine = principalOf({ client_id: 'x', scope: 'midwatch/write' })
    expect(problemOf(() => authorize(signedIn, machine))).toMatchObject({
      code: 'forbidden',
      detail: 'This needs a signed-in user.',
    })
  })

  it('asks a caller without a token for one', () => {
    const problem = problemOf(() => authorize(admins, ANONYMOUS))
    expect(problem).toMatchObject({ code: 'unauthorized', headers: { 'www-authenticate': 'Bearer' } })
  })

  it.each([
    ['a user without roles', user('[]')],
    ['a user with another role', user('[viewer]')],
    ['a user with only platform groups', user('[filmmaker]')],
    ['a user whose token carries the scope', principalOf({ ...accessToken, scope: 'midwatch/configure' })],
    ['a machine with another scope', principalOf({ ...machineToken, scope: 'midwatch/write' })],
    ['Midwatch itself, which never calls over HTTP', systemPrincipal('prober')],
  ])('refuses %s', (_who, principal) => {
    const problem = problemOf(() => authorize(admins, principal))
    expect(problem.code).toBe('forbidden')
    expect(problem.detail).toBe(
      'This needs one of the roles superadmin, admin, or for machines the scope midwatch/configure.',
    )
  })

  it('refuses every machine where no scope is declared', () => {
    const problem = problemOf(() => authorize({ roles: ['admin'] }, principalOf(machineToken)))
    expect(problem.detail).toBe('This needs one of the roles admin.')
  })
})
