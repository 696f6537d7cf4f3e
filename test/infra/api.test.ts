import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { routeKey } from '../../shared/kernel/route.ts'
import { routes } from '../../shared/manifest.ts'
import { synthesize } from './synthesized.ts'

const apps = { dev: synthesize('dev').app, prod: synthesize('prod').app }
const { dev: app } = apps
const RouteProperties = z.object({ RouteKey: z.string(), AuthorizationType: z.string() })
const declared = new Map(
  app.ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => {
    const { RouteKey, AuthorizationType } = RouteProperties.parse(Properties)
    return [RouteKey, AuthorizationType]
  }),
)

describe('the HTTP API', () => {
  it.each(routes.map((route) => [routeKey(route), route] as const))(
    'has %s, and asks for a token where it is not public',
    (key, route) => {
      expect(declared.get(key)).toBe(route.roles === 'public' ? 'NONE' : 'JWT')
    },
  )

  it('answers HEAD wherever it answers GET', () => {
    const gets = [...declared].filter(([key]) => key.startsWith('GET '))
    const heads = gets.map(([key, authorization]) => [key.replace('GET ', 'HEAD '), authorization])
    expect(heads.map(([key]) => [key, declared.get(String(key))])).toEqual(heads)
  })

  it('has no route that the manifest does not declare', () => {
    const known = routes.flatMap((route) =>
      route.method === 'GET' ? [routeKey(route), `HEAD ${route.path}`] : [routeKey(route)],
    )
    expect([...declared.keys()].toSorted()).toEqual(known.toSorted())
  })

  it('accepts tokens of its own user pool and clients alone', () => {
    const [authorizer, ...others] = app.ofType('AWS::ApiGatewayV2::Authorizer')
    expect(others).toEqual([])
    expect(JSON.stringify(authorizer?.Properties)).toMatch(/cognito-idp\..*AWS::Region.*ImportValue/)
    expect(authorizer?.Properties['JwtConfiguration']).toMatchObject({ Audience: [{}, {}] })
  })

  it('answers browsers of the origins that the stage names, and says nothing to others where it names none', () => {
    const [dev, prod] = [apps.dev, apps.prod].map((stack) => stack.ofType('AWS::ApiGatewayV2::Api'))
    expect(dev?.map(({ Properties }) => Properties['CorsConfiguration'])).toMatchObject([
      { AllowOrigins: ['http://localhost:3000', 'http://localhost:5173'] },
    ])
    expect(prod?.map(({ Properties }) => 'CorsConfiguration' in Properties)).toEqual([false])
  })

  it.each(['dev', 'prod'] as const)('is throttled as %s says, and logs each request as JSON', (name) => {
    const throttles = { dev: [20, 40], prod: [5_000, 5_000] } as const
    const [stage] = apps[name].ofType('AWS::ApiGatewayV2::Stage')
    const [ThrottlingRateLimit, ThrottlingBurstLimit] = throttles[name]
    expect(stage?.Properties['DefaultRouteSettings']).toMatchObject({
      ThrottlingRateLimit,
      ThrottlingBurstLimit,
    })
    const { Format } = z.object({ Format: z.string() }).parse(stage?.Properties['AccessLogSettings'])
    expect(JSON.parse(Format)).toMatchObject({ route: '$context.routeKey', status: '$context.status' })
  })

  it('keeps the secret of a heartbeat address out of its log', () => {
    const [stage] = app.ofType('AWS::ApiGatewayV2::Stage')
    expect(JSON.stringify(stage?.Properties['AccessLogSettings'])).not.toMatch(/context\.(?:path|http\.path)/)
  })
})
