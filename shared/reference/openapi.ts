import type { Role, Route } from '../kernel/route.ts'
import { CAPABILITIES } from './capabilities.ts'
import type { OpenApiDocument, Operation, RequestBody } from './document.ts'
import { parameters } from './parameters.ts'
import { errorCodes, PROBLEM_SCHEMA, responses } from './responses.ts'
import { jsonSchema } from './schema.ts'

/** A route and the name that its contract gives it. */
export type NamedRoute = readonly [name: string, route: Route]

const DESCRIPTION = [
  'An operations control plane for your own AWS account.',
  'HEAD answers wherever GET does, without the body. A body is read as JSON whatever its Content-Type says.',
  'Every answer carries X-Request-Id. Errors are RFC 9457 problem documents; their codes are explained at `/docs/errors`.',
  'An address that does not exist is answered with `not_found`, a method it does not know with `method_not_allowed`.',
].join('\n\n')

function requestBody(route: Route): { requestBody?: RequestBody } {
  const { body, rawBody, examples } = route
  if (body === undefined) return {}
  const media = {
    schema: rawBody ? { type: 'string' } : jsonSchema(body, 'input'),
    ...(examples?.body === undefined ? {} : { example: examples.body }),
  }
  const required = !rawBody && !body.safeParse(undefined).success
  return { requestBody: { required, content: { [rawBody ? 'text/plain' : 'application/json']: media } } }
}

const peopleOf = (roles: readonly Role[] | 'signed-in') =>
  roles === 'signed-in' ? [{ bearer: [] }] : roles.map((role) => ({ bearer: [role] }))

/** One alternative a role and a scope: each of them admits by itself. */
const security = ({ roles, scopes = [] }: Route): Operation['security'] =>
  roles === 'public' ? [] : [...peopleOf(roles), ...scopes.map((scope) => ({ machine: [scope] }))]

function access({ roles, scopes = [] }: Route): string {
  if (roles === 'public') return 'Anyone may call this, without a token.'
  const machines =
    scopes.length === 0
      ? ''
      : ` Machines need the scope ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`
  return `${roles === 'signed-in' ? 'For every signed-in user.' : `For the roles ${roles.join(', ')}.`}${machines}`
}

function operation(name: string, route: Route): Operation {
  const limit = `Counts against the rate limit \`${route.limit}\`.`
  return {
    operationId: name,
    tags: [CAPABILITIES[route.capability].title],
    summary: route.summary,
    description: [route.description, `${access(route)} ${limit}`].filter(Boolean).join('\n\n'),
    parameters: parameters(route),
    ...requestBody(route),
    responses: responses(route),
    security: security(route),
    'x-error-codes': errorCodes(route),
  }
}

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A person's token of the user pool; the names are roles, taken from its groups.",
  },
  machine: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A machine's token (client credentials); the names are its scopes.",
  },
}

/** The capabilities that have routes, as tags. */
function tagsOf(named: readonly NamedRoute[]): OpenApiDocument['tags'] {
  const served = new Set<string>(named.map(([, route]) => CAPABILITIES[route.capability].title))
  return Object.values(CAPABILITIES)
    .filter(({ title }) => served.has(title))
    .map(({ title, purpose }) => ({ name: title, description: purpose }))
}

/**
 * The API as an OpenAPI 3.1 document.
 * @param named routes by the name that their contract gives them
 * @param version of the deployment
 */
export function openApi(named: readonly NamedRoute[], version: string): OpenApiDocument {
  const byPath = Map.groupBy(named, ([, route]) => route.path)
  const paths = [...byPath].map(([path, entries]) => [
    path,
    Object.fromEntries(entries.map(([name, route]) => [route.method.toLowerCase(), operation(name, route)])),
  ])
  return {
    openapi: '3.1.0',
    info: { title: 'Midwatch', version, description: DESCRIPTION },
    tags: tagsOf(named),
    paths: Object.fromEntries(paths),
    components: { schemas: { Problem: PROBLEM_SCHEMA }, securitySchemes: SECURITY_SCHEMES },
  }
}
