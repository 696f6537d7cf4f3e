import { overallStatus } from '../../shared/health/status.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { proberContract } from '../../shared/prober/contract.ts'
import type { ProberHttpDeps } from './http-deps.ts'
import { runNow } from './run-now.ts'

/** `POST /api/v1/ops/health/check` */
export const runAllChecks: Handler<typeof proberContract.runAllChecks, ProberHttpDeps> = async (
  _request,
  deps,
) => {
  const checks = await runNow(deps.platform.checks, deps)
  const counted = checks.filter((check) => check.not_run === undefined)
  return { body: { status: overallStatus(counted), checks: [...checks] } }
}
