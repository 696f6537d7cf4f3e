import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { LogLine } from './container.ts'
import { createFleet } from './fleet.ts'
import { encodePayload, failed, MAX_PAYLOAD_BYTES, type Invoke, type Outcome } from './invocation.ts'
import { createPool, type Pool } from './pool.ts'

/** As much memory as the deployed functions have. */
const MEMORY_LIMIT_MB = 256

interface HostOptions {
  /** Holds `<function name>/index.js`. */
  readonly bundleDir: string
  readonly functions: readonly { readonly name: string; readonly timeoutSeconds: number }[]
  readonly environment: Readonly<Record<string, string>>
  readonly log: LogLine
}

/** Lambda on one machine. */
export interface FunctionHost {
  readonly invoke: Invoke
  /** Running containers by function. */
  readonly containers: () => Readonly<Record<string, number>>
  readonly stop: () => Promise<void>
}

function lambdaVariables(name: string): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_LIMIT_MB),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    POWERTOOLS_SERVICE_NAME: name,
    _HANDLER: 'index.handler',
    TZ: ':UTC',
  }
}

/**
 * Hosts built functions with Lambda's semantics: each in containers of its own with an environment of its own, started
 * when first invoked, one invocation at a time, ended after a crash or a timeout, payloads limited to 6 MB of JSON.
 */
export function createFunctionHost(options: HostOptions): FunctionHost {
  const { bundleDir, functions, environment, log } = options
  const fleet = createFleet()
  let stopped = false
  const pools = new Map<string, Pool>(
    functions.map(({ name, timeoutSeconds }) => {
      const bundle = join(bundleDir, name, 'index.js')
      const variables = { ...lambdaVariables(name), ...environment }
      const spec = { functionName: name, bundle, timeoutSeconds, memoryLimitMb: MEMORY_LIMIT_MB, log }
      return [name, createPool({ ...spec, environment: variables }, fleet)]
    }),
  )

  async function run(functionName: string, event: unknown): Promise<Outcome> {
    const pool = pools.get(functionName)
    if (pool === undefined)
      return failed('ResourceNotFoundException', `There is no function ${functionName}.`)
    const payload = encodePayload(event)
    if (payload !== undefined) return pool.invoke(payload, randomUUID())
    return failed('RequestTooLargeException', `The event is larger than ${MAX_PAYLOAD_BYTES} bytes.`)
  }

  return {
    invoke: async (functionName, event) => {
      const outcome = await run(functionName, event)
      // What the host ends itself is no failure of the function.
      if (!outcome.ok && !stopped) log(functionName, failureLine(outcome))
      return outcome
    },
    containers: () => Object.fromEntries([...pools].map(([name, pool]) => [name, pool.size()])),
    stop: async () => {
      stopped = true
      await Promise.all([...pools.values()].map((pool) => pool.stop()))
    },
  }
}

const failureLine = ({ errorType, message }: Extract<Outcome, { ok: false }>): string =>
  JSON.stringify({ level: 'ERROR', message: `invocation failed: ${errorType}: ${message}` })
