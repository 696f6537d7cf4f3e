import type { Jwks } from 'aws-jwt-verify/jwk'
import { functions, routes } from '../../shared/manifest.ts'
import { createAuthorizer } from '../gateway/authorizer.ts'
import type { CorsConfiguration } from '../gateway/cors.ts'
import { createGateway } from '../gateway/gateway.ts'
import type { Answer } from '../gateway/server.ts'
import type { FunctionHost } from '../host/function-host.ts'
import { CONTROL_PREFIX, createControl } from './control.ts'
import type { Emulators } from './emulators.ts'
import type { FaultControls } from './faults.ts'
import type { Inbox } from './inbox.ts'
import { USER_CLIENT_ID, USER_POOL_ID } from './names.ts'
import type { Credentials } from './users.ts'

/** As the stage `dev` is deployed. */
const CORS: CorsConfiguration = {
  allowOrigins: ['http://localhost:3000', 'http://localhost:5173'],
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowHeaders: [
    'authorization',
    'content-type',
    'if-match',
    'if-none-match',
    'idempotency-key',
    'x-api-key',
  ],
  exposeHeaders: [
    'etag',
    'x-request-id',
    'idempotency-replayed',
    'retry-after',
    'ratelimit',
    'ratelimit-policy',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
  ],
  maxAgeSeconds: 3600,
}

interface ApiParts {
  readonly emulators: Emulators
  readonly credentials: Credentials
  readonly host: FunctionHost
  readonly inbox: Inbox
  readonly faults: FaultControls
  readonly instance: string
}

/** The stand-in's own type says less than its keys are. */
const asJwks = (jwks: object) => jwks as Jwks

function gatewayOf({ emulators, credentials, host }: ApiParts): Answer {
  const authorize = createAuthorizer({
    userPoolId: USER_POOL_ID,
    clientIds: [USER_CLIENT_ID, credentials.machine.clientId],
    jwks: asJwks(emulators.cognito.jwks),
  })
  const served = new Map(functions.flatMap((spec) => spec.routes.map((route) => [route, spec.name])))
  return createGateway({
    routes,
    functionNameOf: (route) => served.get(route) ?? '',
    authorize,
    invoke: host.invoke,
    cors: CORS,
    now: () => Date.now(),
  })
}

/** Everything that the port answers: the manifest's routes, and the control routes under `/_local/`. */
export function createApi(parts: ApiParts): Answer {
  const { host, inbox, faults, instance } = parts
  const gateway = gatewayOf(parts)
  const state = () => ({
    instance,
    pid: process.pid,
    memory_mb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    containers: host.containers(),
    faults: faults.state(),
  })
  const control = createControl({ inbox: inbox.entries, faults, state })
  return (request, requestId) =>
    (request.url?.startsWith(CONTROL_PREFIX) ? control : gateway)(request, requestId)
}
