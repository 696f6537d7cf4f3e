import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { proberContract } from '../../shared/prober/contract.ts'
import type { ProberHttpDeps } from './http-deps.ts'
import { runNow } from './run-now.ts'

/** `POST /api/v1/ops/health/check/{check}` */
export const runCheck: Handler<typeof proberContract.runCheck, ProberHttpDeps> = async ({ params }, deps) => {
  const check = deps.platform.checks.find((candidate) => candidate.id === params.check)
  if (check === undefined) throw new Problem('unknown_check')
  const [body] = await runNow([check], deps)
  if (body === undefined) throw new Error('One check gives one result.')
  return { body }
}
