import { Logger } from '@aws-lambda-powertools/logger'

/** JSON log lines for CloudWatch. Never pass secrets, tokens or whole bodies to it. */
export const log = new Logger()

/** An error as it may be logged: its own text and those of its causes. */
export function errorFields(error: unknown): { readonly error: Error } {
  return { error: error instanceof Error ? error : new Error(String(error)) }
}
