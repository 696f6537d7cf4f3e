import type { AccessRecord, Exchange, HttpDeps, HttpResult } from './exchange.ts'
import { routeKey } from '../route.ts'

/** What is recorded of an answered request. It holds no query, body or token. */
export function accessRecord(exchange: Exchange, result: HttpResult, endedMs: number): AccessRecord {
  return {
    at: exchange.startedAt,
    requestId: exchange.requestId,
    route: routeKey(exchange.operation.route),
    status: result.statusCode ?? 200,
    durationMs: Math.round((endedMs - exchange.startedMs) * 100) / 100,
    principal: exchange.principal.id,
    ...(exchange.code === undefined ? {} : { code: exchange.code }),
  }
}

/** Writes one JSON line a request; a logger that builds its own object costs eight times as much. */
export function writeAccessRecord(record: AccessRecord): void {
  process.stdout.write(`${JSON.stringify({ level: 'INFO', message: 'access', ...record })}\n`)
}

/** Remembers a slow request. A failure to do so never fails the request itself. */
export function rememberIfSlow(
  deps: HttpDeps,
  record: AccessRecord,
  onError: (error: unknown) => void,
): Promise<void> | undefined {
  if (deps.recordSlow === undefined || record.durationMs < deps.slowRequestMs) return undefined
  return deps.recordSlow(record).catch(onError)
}
