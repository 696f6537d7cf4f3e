import type { Vantage } from '../health/check.ts'
import { isDue, slotOf, tickOf } from '../health/due.ts'
import { resolveTarget } from '../health/settings.ts'
import type { Platform } from '../platforms/define.ts'
import type { ReadyCheck } from './attempt.ts'
import type { DueCheck } from './run-batch.ts'

type Settings = Readonly<Record<string, string | undefined>>

/**
 * The checks of a vantage whose settings are all there. The others are not configured on this deployment: they stay
 * `unknown` and say which setting is missing.
 */
export function readyChecks(platform: Platform, vantage: Vantage, settings: Settings): readonly ReadyCheck[] {
  return platform.checks.flatMap((check) => {
    if (check.vantage !== vantage) return []
    const resolved = resolveTarget(check, settings)
    return resolved.ok ? [{ check, target: resolved.target }] : []
  })
}

/** Those of the checks that a tick runs, each with its slot. */
export function dueChecks(
  checks: readonly ReadyCheck[],
  scheduledAtMs: number,
  tickSeconds: number,
): readonly DueCheck[] {
  const tick = tickOf(scheduledAtMs, tickSeconds)
  return checks
    .filter(({ check }) => isDue(check, tick))
    .map((ready) => ({ ...ready, slot: slotOf(ready.check, tick, tickSeconds) }))
}

/** A tick with more checks than one function should run: which of them go into which message. */
export function batchesOf<Entry>(entries: readonly Entry[], size: number): readonly (readonly Entry[])[] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  )
}
