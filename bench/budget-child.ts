import { startLocalStack } from './local-stack.ts'
import { startMeteringProxy, type Usage } from './metering-proxy.ts'
import { jobOperations } from './operations/jobs.ts'
import { requireAllJobs } from './operations/measure.ts'
import { routeOperations } from './operations/routes.ts'

/** What each operation uses, by its name. */
export type Usages = Readonly<Record<string, Usage>>

const stack = await startLocalStack()
const meter = await startMeteringProxy(stack.dynamodbUrl)
Object.assign(process.env, stack.environment, { AWS_ENDPOINT_URL_DYNAMODB: meter.url })
const usages: Record<string, Usage> = {}

const measure = async <T>(name: string, operation: () => Promise<T>): Promise<T> => {
  meter.take()
  const result = await operation()
  usages[name] = meter.take()
  return result
}

await jobOperations(measure)
await routeOperations(measure)
requireAllJobs()
await meter.stop()
await stack.stop()
process.send?.(usages)
