import type { Context } from 'aws-lambda'
import type { HttpEvent, HttpResult } from '../../shared/kernel/http/exchange.ts'
import type { RequestParts } from '../../test/support/http-event.ts'

/** A capability's handler. */
export type Serve = (event: HttpEvent, context: Context) => Promise<HttpResult>

/** Sends a request to the route of this name; rejects when it is not answered with success. */
export type SendRequest = (
  serve: Serve,
  name: string,
  parts?: Omit<RequestParts, 'routeKey'>,
) => Promise<HttpResult>
