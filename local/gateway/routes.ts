import { routeKey, type Route } from '../../shared/kernel/route.ts'

/** A declared route that answers a request. */
export interface Match {
  readonly route: Route
  /** As API Gateway hands it over, e.g. `HEAD /health`. */
  readonly routeKey: string
  readonly params: Readonly<Record<string, string>>
}

export type Lookup =
  | { readonly found: true; readonly match: Match }
  /** `allowed` is empty when no route has this path. */
  | { readonly found: false; readonly allowed: readonly string[] }

interface Pattern {
  readonly route: Route
  readonly segments: readonly string[]
}

const PARAMETER = /^\{(\w+)\}$/

const segmentsOf = (path: string): readonly string[] => path.split('/').slice(1)

/** Sorts static segments before parameters, so that the more specific route comes first. */
const specificity = ({ segments }: Pattern): string =>
  segments.map((segment) => (PARAMETER.test(segment) ? '1' : '0')).join('')

/** A segment without its percent-encoding; undefined when that is broken. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** The path's parameters when it matches the pattern. A parameter stands for exactly one segment, never an empty one. */
function paramsOf(
  pattern: Pattern,
  path: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (path.length !== pattern.segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, segment] of pattern.segments.entries()) {
    const name = PARAMETER.exec(segment)?.[1]
    const value = path[index]
    if (value === undefined || (name === undefined ? value !== segment : value === '')) return undefined
    if (name !== undefined) params[name] = value
  }
  return params
}

const methodsOf = ({ method }: Route): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method])

/**
 * Finds routes by method and path as API Gateway does: static segments win over parameters, HEAD is there wherever GET
 * is, and nothing else is. The only place where paths are matched.
 * @returns a function of the method and the path as it was sent, percent-encoding included
 */
export function routeLookup(routes: readonly Route[]): (method: string, path: string) => Lookup {
  const patterns = routes
    .map((route) => ({ route, segments: segmentsOf(route.path) }))
    .sort((a, b) => specificity(a).localeCompare(specificity(b)))

  return (method, path) => {
    const segments = segmentsOf(path).map(decoded)
    const allowed = new Set<string>()
    for (const pattern of patterns) {
      const params = paramsOf(pattern, segments)
      if (params === undefined) continue
      const { route } = pattern
      for (const name of methodsOf(route)) allowed.add(name)
      if (!methodsOf(route).includes(method)) continue
      return { found: true, match: { route, routeKey: routeKey(route).replace(/^GET\b/, method), params } }
    }
    return { found: false, allowed: [...allowed].sort() }
  }
}
