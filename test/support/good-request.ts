import { publicKeyOf } from '../../shared/feature-flags/public-key.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { signingKey } from '../../shared/kernel/signing-key.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { routeKey, type Route } from '../../shared/kernel/route.ts'

const PARAMS: Readonly<Record<string, string>> = {
  alert: '01ARYZ6S410000000000000000-0123456789abcdef',
  bundle: 'lockdown',
  block: '01ARYZ6S410000000000000000',
  change: '01ARYZ6S410000000000000000',
  check: 'database',
  key: '8b1f4ad5-9a3f-8e0c-b2f3-0a1b2c3d4e5f',
  override: 'global_default-0123456789abcdef',
  rule: 'global_default',
  signal: 'start',
  target: 'user-0123456789abcdef',
}

/** What a parameter of the same name is called elsewhere. */
const OWN_PARAMS: Readonly<Record<string, string>> = { 'config key': 'max_upload_size_mb' }

/** Values for a route's path parameters that are well formed. */
export const paramsOf = ({ capability, path }: Route): Record<string, string> =>
  Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      const value = OWN_PARAMS[`${capability} ${name}`] ?? PARAMS[name]
      if (value === undefined) throw new Error(`Add a value for {${name}}.`)
      return [name, value]
    }),
  )

/** What a route cannot do without in its query. */
export const goodQuery = (route: Route): Readonly<Record<string, string>> => QUERIES[routeKey(route)] ?? {}

const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'GET /api/v1/ops/rate-limits/status': { identifier: 'ada' },
  'POST /api/v1/ops/feature-flags/import': { vendor: 'unleash' },
}

/** What a route asks for in headers: one that is public and yet answers `unauthorized` wants the public key. */
export async function goodHeaders({ roles, errors }: Route, table: Table): Promise<Record<string, string>> {
  if (roles !== 'public' || !errors.includes('unauthorized')) return {}
  return { 'x-api-key': publicKeyOf(await signingKey(table, systemEffects)) }
}

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
