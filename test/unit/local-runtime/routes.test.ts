import { describe, expect, test } from 'vitest'
import { routeLookup } from '../../../local/gateway/routes.ts'
import type { Route } from '../../../shared/kernel/route.ts'
import { routes } from '../../../shared/manifest.ts'

const [some] = routes
if (some === undefined) throw new Error('The manifest has no route.')
const routeAt = (method: Route['method'], path: string): Route => ({ ...some, method, path })
const lookup = routeLookup([
  routeAt('GET', '/things/{thing}'),
  routeAt('GET', '/things/newest'),
  routeAt('POST', '/things/{thing}'),
  routeAt('GET', '/things/{thing}/parts/{part}'),
])

const keyOf = (method: string, path: string) => {
  const found = lookup(method, path)
  return found.found ? [found.match.routeKey, found.match.params] : found.allowed
}

describe('finding a route', () => {
  test('prefers static segments to parameters, whatever the order of declaration', () => {
    expect(keyOf('GET', '/things/newest')).toEqual(['GET /things/newest', {}])
    expect(keyOf('GET', '/things/7')).toEqual(['GET /things/{thing}', { thing: '7' }])
  })

  test('goes by the method when only the parameter route has it', () => {
    expect(keyOf('POST', '/things/newest')).toEqual(['POST /things/{thing}', { thing: 'newest' }])
  })

  test('answers HEAD wherever GET is', () => {
    expect(keyOf('HEAD', '/things/7/parts/8')).toEqual([
      'HEAD /things/{thing}/parts/{part}',
      { thing: '7', part: '8' },
    ])
  })

  test('decodes parameters, an encoded slash too', () => {
    expect(keyOf('GET', '/things/a%2Fb')).toEqual(['GET /things/{thing}', { thing: 'a/b' }])
  })

  test('tells which methods a known path has', () => {
    expect(keyOf('DELETE', '/things/7')).toEqual(['GET', 'HEAD', 'POST'])
  })

  test.each(['/', '/things', '/things/', '/things/7/', '/things/7/parts', '/things/%zz', '//things/7'])(
    'knows nothing at %s',
    (path) => {
      expect(keyOf('GET', path)).toEqual([])
    },
  )

  test('finds every route of the manifest by its own path', () => {
    const real = routeLookup(routes)
    for (const route of routes) {
      expect(real(route.method, route.path)).toMatchObject({
        found: true,
        match: { route: { path: route.path } },
      })
    }
  })
})
