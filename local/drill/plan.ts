import type { FaultSettings } from '../faults/faults.ts'
import { FAULT_TARGETS, isFaultTarget, type FaultTarget } from '../stack/faults.ts'

/** What a drill does: to which target, and which faults; none when it restores. */
export interface Plan {
  readonly target: FaultTarget
  readonly faults: FaultSettings | undefined
  /** In the words of the command line. */
  readonly words: string
}

export const USAGE = `Usage: npm run drill -- <target> down | slow <ms> | flaky <percent> | restore [--no-watch]
  targets: ${FAULT_TARGETS.join(', ')}`

function amount(text: string | undefined, what: string, max: number): number {
  const value = Number(text)
  if (text !== undefined && Number.isFinite(value) && value > 0 && value <= max) return value
  throw new Error(`Say ${what}, a number up to ${max}.\n${USAGE}`)
}

function faultsFor(action: string | undefined, value: string | undefined): FaultSettings | undefined {
  if (action === undefined) throw new Error(USAGE)
  switch (action) {
    case 'down':
      return { down: true }
    case 'slow':
      return { latencyMs: Math.round(amount(value, 'by how many milliseconds', 600_000)) }
    case 'flaky':
      return { failPercent: amount(value, 'how many percent of the calls fail', 100) }
    case 'restore':
      return undefined
    default:
      throw new Error(`There is no drill "${action}".\n${USAGE}`)
  }
}

/**
 * Reads a drill from the command line's words, e.g. `database slow 1500`.
 * @throws one sentence and the usage when they make no sense
 */
export function planOf([target, action, value]: readonly string[]): Plan {
  if (target === undefined) throw new Error(USAGE)
  if (!isFaultTarget(target)) throw new Error(`There is no target "${target}".\n${USAGE}`)
  const faults = faultsFor(action, value)
  return { target, faults, words: [target, action, value].filter((word) => word !== undefined).join(' ') }
}
