import type { Effects } from '../../shared/kernel/effects.ts'
import type { Invoke, Outcome } from '../host/invocation.ts'

interface AsyncOptions {
  readonly invoke: Invoke
  /** Pauses before the retries; Lambda waits one and then two minutes. */
  readonly retryDelaysMs: readonly number[]
  /** Told of an event that is given up; in AWS it goes to the dead-letter queue. */
  readonly onGivenUp: (functionName: string, event: unknown, outcome: Outcome) => void
  readonly wait: Effects['wait']
  readonly signal: AbortSignal
}

/** Invokes as an event: retried with the same event, then given up. Resolves when that is over, never rejects. */
export type InvokeAsync = (functionName: string, event: unknown) => Promise<void>

/** Lambda's asynchronous invocation. */
export function asyncInvoke({ invoke, retryDelaysMs, onGivenUp, wait, signal }: AsyncOptions): InvokeAsync {
  return async (functionName, event) => {
    let outcome = await invoke(functionName, event)
    for (const pauseMs of retryDelaysMs) {
      if (outcome.ok) return
      await wait(pauseMs, signal).catch(() => undefined)
      if (signal.aborted) return
      outcome = await invoke(functionName, event)
    }
    if (!outcome.ok) onGivenUp(functionName, event, outcome)
  }
}
