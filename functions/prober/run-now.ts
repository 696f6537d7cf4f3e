import type { Check } from '../../shared/health/check.ts'
import { checkView } from '../../shared/health/view.ts'
import type { RunView } from '../../shared/prober/contract.ts'
import { runBatch, type BatchResult } from '../../shared/prober/run-batch.ts'
import { readyChecks } from '../../shared/prober/tick.ts'
import { viewContext } from '../view-context.ts'
import type { ProberHttpDeps } from './http-deps.ts'

/** The request must be answered within API Gateway's 30 s; what is started ends before that. */
const DEADLINE_MS = 26_000

const attemptsOf = ({ slot }: BatchResult): RunView['attempts'] =>
  slot.attempts.map(({ ok, latencyMs, message }) => ({
    ok,
    latency_ms: Math.round(latencyMs * 100) / 100,
    message,
  }))

function whyNot(check: Check, deps: ProberHttpDeps): string {
  const { vantage } = check
  if (vantage !== deps.env.MIDWATCH_VANTAGE) return `It runs from the ${vantage} vantage, at the next tick`
  return 'A setting that it needs is not set'
}

/**
 * Runs checks now and records what they found, as a tick would.
 * @returns each check as it stands afterwards; those that can't run from here say why
 */
export async function runNow(checks: readonly Check[], deps: ProberHttpDeps): Promise<readonly RunView[]> {
  const { runner, platform, env, effects } = deps
  const wanted = new Set(checks.map((check) => check.id))
  const ready = readyChecks(platform, env.MIDWATCH_VANTAGE, env.settings)
  const slot = effects.now()
  const due = ready.filter(({ check }) => wanted.has(check.id)).map((one) => ({ ...one, slot }))
  const { results } = await runBatch(runner, due, effects.monotonicMs() + DEADLINE_MS)
  const ran = new Map(results.map((result) => [result.check.id, result]))
  const others = await runner.health.checks(checks.filter((check) => !ran.has(check.id)))
  const context = viewContext(deps, await deps.keyring.signingKey())
  return checks.map((check) => {
    const result = ran.get(check.id)
    if (result === undefined) {
      return {
        ...checkView(check, others.get(check.id), context),
        attempts: [],
        not_run: whyNot(check, deps),
      }
    }
    const view = checkView(check, result.state && { state: result.state }, context)
    return { ...view, message: result.slot.outcome.message, attempts: attemptsOf(result) }
  })
}
