import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Route } from '../../shared/kernel/route.ts'
import { acknowledge } from '../reasons.ts'
import type { Stage } from '../stages.ts'
import type { TokenIssuer } from './sign-in.ts'
import type { CapabilityFunction } from './capability-function.ts'

/** What a browser may send and read. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'x-api-key',
]
const RESPONSE_HEADERS = [
  'etag',
  'x-request-id',
  'idempotency-replayed',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]

/** One line a request. The route and not the path: a heartbeat's path holds its secret. */
const ACCESS_RECORD = {
  requestId: AccessLogField.contextRequestId(),
  at: AccessLogField.contextRequestTimeEpoch(),
  route: AccessLogField.contextRouteKey(),
  status: AccessLogField.contextStatus(),
  latencyMs: AccessLogField.contextResponseLatency(),
  functionLatencyMs: AccessLogField.contextIntegrationLatency(),
  bytes: AccessLogField.contextResponseLength(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  userAgent: AccessLogField.contextIdentityUserAgent(),
  subject: AccessLogField.contextAuthorizerClaims('sub'),
  authorizerError: AccessLogField.contextAuthorizerError(),
  functionError: AccessLogField.contextIntegrationErrorMessage(),
}

interface OpsApiProps {
  readonly prefix: string
  readonly stage: Pick<Stage, 'throttle' | 'corsOrigins' | 'logRetentionDays'>
  readonly tokens: TokenIssuer
  /** The functions that serve routes. */
  readonly functions: readonly CapabilityFunction[]
}

/** The HTTP API: each route of the manifest by name, so that API Gateway tells a function which one it is. */
export class OpsApi extends Construct {
  readonly api: HttpApi
  readonly #authorizer: HttpJwtAuthorizer

  constructor(scope: Construct, id: string, props: OpsApiProps) {
    super(scope, id)
    const { corsOrigins } = props.stage
    this.api = new HttpApi(this, 'Api', {
      apiName: props.prefix,
      createDefaultStage: false,
      ...(corsOrigins.length > 0 && { corsPreflight: preflightFor(corsOrigins) }),
    })
    this.#authorizer = new HttpJwtAuthorizer(
      'Tokens',
      `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${props.tokens.userPoolId}`,
      { authorizerName: 'tokens', jwtAudience: [...props.tokens.clientIds] },
    )
    this.#addStage(props.stage)
    for (const served of props.functions) this.#addRoutes(served)
  }

  /** Throttled and logged; changes of routes go live at once. */
  #addStage({ throttle, logRetentionDays }: OpsApiProps['stage']): void {
    const log = new LogGroup(this, 'AccessLog', {
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_RECORD)),
      },
    })
  }

  #addRoutes({ spec, lambda }: CapabilityFunction): void {
    const integration = new HttpLambdaIntegration(spec.name, lambda, { scopePermissionToRoute: false })
    for (const declared of spec.routes) this.#addRoute(declared, integration)
  }

  #addRoute(declared: Route, integration: HttpLambdaIntegration): void {
    const isPublic = declared.roles === 'public'
    const added = this.api.addRoutes({
      path: declared.path,
      methods: methodsOf(declared),
      integration,
      authorizer: isPublic ? new HttpNoneAuthorizer() : this.#authorizer,
    })
    if (!isPublic) return
    for (const entry of added) acknowledge(entry, 'AwsSolutions-APIG4', 'public-route')
  }
}

const preflightFor = (origins: readonly string[]): CorsPreflightOptions => ({
  allowOrigins: [...origins],
  allowMethods: [
    CorsHttpMethod.GET,
    CorsHttpMethod.HEAD,
    CorsHttpMethod.POST,
    CorsHttpMethod.PUT,
    CorsHttpMethod.DELETE,
  ],
  allowHeaders: REQUEST_HEADERS,
  exposeHeaders: RESPONSE_HEADERS,
  maxAge: Duration.hours(1),
})

/** HEAD answers wherever GET does. */
function methodsOf({ method }: Route): HttpMethod[] {
  return method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [HttpMethod[method]]
}
