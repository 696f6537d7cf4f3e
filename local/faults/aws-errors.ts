import type { IncomingMessage } from 'node:http'

/** An error as AWS sends it in the protocol of the request. */
export interface AwsReply {
  readonly status: number
  readonly code: string
  readonly contentType: string
  readonly body: string
}

const SERVER_ERRORS = {
  500: { code: 'InternalServerError', message: 'Internal server error' },
  503: { code: 'ServiceUnavailable', message: 'The service is unavailable, please try again shortly' },
} as const

const TOO_MUCH =
  'The level of configured provisioned throughput for the table was exceeded. ' +
  'Consider increasing your provisioning level with the UpdateTable API.'

/** A failure on the service's side. */
export function awsError(request: IncomingMessage, status: 500 | 503): AwsReply {
  const { code, message } = SERVER_ERRORS[status]
  return inProtocolOf(request, status, code, message)
}

/** DynamoDB says that a table's throughput was exceeded, every other service that the caller is throttled. */
export function throttled(request: IncomingMessage): AwsReply {
  return String(request.headers['x-amz-target']).startsWith('DynamoDB_')
    ? inProtocolOf(request, 400, 'ProvisionedThroughputExceededException', TOO_MUCH)
    : inProtocolOf(request, 400, 'ThrottlingException', 'Rate exceeded')
}

function inProtocolOf(request: IncomingMessage, status: number, code: string, message: string): AwsReply {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') {
    const namespace = target.startsWith('DynamoDB_') ? 'com.amazonaws.dynamodb.v20120810#' : ''
    const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0'
    return { status, code, contentType, body: JSON.stringify({ __type: `${namespace}${code}`, message }) }
  }
  // SNS speaks the query protocol, whose errors are wrapped once more than those of S3.
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  const isQuery = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const body = isQuery ? `<ErrorResponse>${error}</ErrorResponse>` : error
  return {
    status,
    code,
    contentType: 'application/xml',
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  }
}
