import { routeKey, type Route } from '../../shared/kernel/route.ts'

const PARAMS: Readonly<Record<string, string>> = {
  alert: '01ARYZ6S410000000000000000-0123456789abcdef',
  block: '01ARYZ6S410000000000000000',
  check: 'database',
  key: '8b1f4ad5-9a3f-8e0c-b2f3-0a1b2c3d4e5f',
  override: 'global_default-0123456789abcdef',
  rule: 'global_default',
  signal: 'start',
}

/** Values for a route's path parameters that are well formed. */
export const paramsOf = ({ path }: Route): Record<string, string> =>
  Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      const value = PARAMS[name]
      if (value === undefined) throw new Error(`Add a value for {${name}}.`)
      return [name, value]
    }),
  )

/** What a route cannot do without in its query. */
export const goodQuery = (route: Route): Readonly<Record<string, string>> =>
  routeKey(route) === 'GET /api/v1/ops/rate-limits/status' ? { identifier: 'ada' } : {}

/** A body that a route accepts: its example, or a report whose requests have just been. */
export function goodBody(route: Route): string | undefined {
  const example = route.examples?.body
  if (routeKey(route) !== 'POST /api/v1/ops/slow-requests') {
    return example === undefined ? undefined : JSON.stringify(example)
  }
  const request = {
    at: new Date().toISOString(),
    service: 'web',
    route: 'GET /',
    duration_ms: 1_500,
    status: 200,
  }
  return JSON.stringify({ requests: [request] })
}
