import type { ProxyCounters } from '../faults/state.ts'
import type { Faults, FaultSettings } from '../faults/faults.ts'
import type { FaultProxy } from '../fault-proxy.ts'

/** What can be broken on purpose. */
export const FAULT_TARGETS = ['database', 's3', 'cognito', 'dynamodb', 'sns', 'sqs', 'external-api'] as const
export type FaultTarget = (typeof FAULT_TARGETS)[number]

export const isFaultTarget = (name: string): name is FaultTarget =>
  FAULT_TARGETS.some((target) => target === name)

/** Breaks the connections between Midwatch and what it uses or watches. */
export interface FaultControls {
  /**
   * Replaces a target's faults; resolves when they are in force.
   * @throws a ZodError that names the wrong field, or a sentence when the target is not behind a proxy
   */
  readonly set: (target: FaultTarget, faults: FaultSettings) => Promise<void>
  /** Ends the faults of one target, or of all. */
  readonly clear: (target?: FaultTarget) => Promise<void>
  readonly state: () => Partial<Record<FaultTarget, { faults: Faults; counters: Readonly<ProxyCounters> }>>
}

export function faultControls(proxies: Partial<Record<FaultTarget, FaultProxy>>): FaultControls {
  function proxyOf(target: FaultTarget): FaultProxy {
    const proxy = proxies[target]
    if (proxy !== undefined) return proxy
    throw new Error(`The target "${target}" is not behind a fault proxy in this run.`)
  }
  return {
    set: async (target, faults) => proxyOf(target).set(faults),
    clear: async (target) => {
      const chosen = target === undefined ? Object.values(proxies) : [proxyOf(target)]
      await Promise.all(chosen.map((proxy) => proxy.clear()))
    },
    state: () =>
      Object.fromEntries(
        Object.entries(proxies).map(([target, { faults, counters }]) => [target, { faults, counters }]),
      ),
  }
}
