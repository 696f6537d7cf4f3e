/** List prices of us-east-1 in dollars, on demand, without the free tier. */
export const PRICES = {
  millionWriteUnits: 0.625,
  millionReadUnits: 0.125,
  lambdaArmGbSecond: 0.0000133334,
  millionLambdaRequests: 0.2,
  millionSqsRequests: 0.4,
  millionSchedulerInvocations: 1,
} as const

/** What the checks benchmark measured. */
export interface CheckCost {
  readonly writeUnitsACheck: number
  readonly readUnitsACheck: number
  /** What a batch uses beside its checks: the state of the prober itself. */
  readonly writeUnitsABatch: number
  readonly readUnitsABatch: number
  readonly cpuMsACheck: number
}

/** Dollars a month. */
export interface MonthlyCost {
  readonly writes: number
  readonly reads: number
  readonly lambda: number
  readonly queue: number
  readonly scheduler: number
  readonly total: number
}

const MINUTES_A_MONTH = 730 * 60
const BATCH_CHECKS = 50
/** As deployed; 1,769 MB come with one processor. */
const MEMORY_GB = 1
const PROCESSORS = 1024 / 1769
/** How long a batch waits for its targets. */
export const TARGET_LATENCY_MS = 200
/** A sweep that finds nothing. */
const SWEEP_MS = 20
const SWEEP_READ_UNITS = 0.5
/** Lambda asks an idle queue with five connections, each for 20 s. */
const IDLE_POLLS_A_MINUTE = 15
/** The tick and the sweep. */
const SCHEDULES = 2

/**
 * What running this many checks each minute costs a month.
 * @param cost measured
 */
export function monthlyCost(checks: number, cost: CheckCost): MonthlyCost {
  const batches = Math.ceil(checks / BATCH_CHECKS)
  const messages = checks > BATCH_CHECKS ? batches : 0
  const cpuMs = (checks * cost.cpuMsACheck) / PROCESSORS
  const gbSeconds = ((batches * TARGET_LATENCY_MS + cpuMs + SWEEP_MS) / 1000) * MEMORY_GB
  const invocations = messages + SCHEDULES
  const queueRequests = IDLE_POLLS_A_MINUTE + Math.ceil(messages / 10) + 2 * messages
  const millions = (aMinute: number) => (aMinute * MINUTES_A_MONTH) / 1e6
  const parts = {
    writes:
      millions(checks * cost.writeUnitsACheck + batches * cost.writeUnitsABatch) * PRICES.millionWriteUnits,
    reads:
      millions(checks * cost.readUnitsACheck + batches * cost.readUnitsABatch + SWEEP_READ_UNITS) *
      PRICES.millionReadUnits,
    lambda:
      gbSeconds * MINUTES_A_MONTH * PRICES.lambdaArmGbSecond +
      millions(invocations) * PRICES.millionLambdaRequests,
    queue: millions(queueRequests) * PRICES.millionSqsRequests,
    scheduler: millions(SCHEDULES) * PRICES.millionSchedulerInvocations,
  }
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) }
}
