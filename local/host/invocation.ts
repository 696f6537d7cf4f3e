/** How an invocation ended, as the Lambda service reports it to whoever invoked. */
export type Outcome =
  | { readonly ok: true; readonly payload: unknown }
  | {
      readonly ok: false
      /** `Runtime.ExitError`, `Sandbox.Timedout`, …, or the name of what the handler threw. */
      readonly errorType: string
      readonly message: string
    }

/** Invokes a function by its name and waits for its answer. Never rejects: a failure is an outcome. */
export type Invoke = (functionName: string, event: unknown) => Promise<Outcome>

/** Lambda's limit for the payload of a synchronous invocation, each way: 6 MB and 100 bytes. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024 + 100

export const failed = (errorType: string, message: string): Outcome => ({ ok: false, errorType, message })

/** The event as Lambda would send it; undefined when it is larger than an invocation may be. */
export function encodePayload(event: unknown): string | undefined {
  const payload = JSON.stringify(event) ?? 'null'
  return Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES ? undefined : payload
}

/** The function's answer out of its JSON text. */
export function decodePayload(payload: string): Outcome {
  const bytes = Buffer.byteLength(payload)
  if (bytes <= MAX_PAYLOAD_BYTES) return { ok: true, payload: JSON.parse(payload) }
  return failed(
    'Function.ResponseSizeTooLarge',
    `The response has ${bytes} bytes, the limit is ${MAX_PAYLOAD_BYTES}.`,
  )
}
