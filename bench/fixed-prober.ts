import { proberDeps, type ProberDeps } from '../functions/prober/deps.ts'
import { tick } from '../functions/prober/tick.ts'
import { CHECK_KINDS, type CheckInput } from '../shared/health/check.ts'
import type { ProbeOutcome } from '../shared/health/probe.ts'
import { openContainer } from '../shared/kernel/container.ts'
import { systemEffects, ulid, type Effects } from '../shared/kernel/effects.ts'
import { readEnv } from '../shared/kernel/env.ts'
import { definePlatform, type Platform } from '../shared/platforms/define.ts'
import type { Probes } from '../shared/prober/attempt.ts'

/** A prober on a clock that is set by hand, whose targets answer as they are told: what it costs is always the same. */
export interface FixedProber {
  readonly deps: ProberDeps
  /** Runs the tick that is due at this moment, milliseconds since the epoch. */
  readonly tickAt: (ms: number) => Promise<void>
  /** Whether all targets are up, from now on. */
  readonly targetsUp: (up: boolean) => void
  readonly setClock: (ms: number) => void
}

const UP: ProbeOutcome = { ok: true, latencyMs: 12.34, message: 'Connected and answered' }
const DOWN: ProbeOutcome = {
  ok: false,
  latencyMs: 1.23,
  reason: 'refused',
  message: 'The connection was refused',
}

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

/** Waits that can be called off are timeouts, which no target here runs into; all others are over at once. */
const effectsAt = (now: () => number): Effects => ({
  ...systemEffects,
  now,
  id: () => ulid(now(), systemEffects.bytes(10)),
  wait: (_ms, signal) => (signal === undefined ? Promise.resolve() : never(signal)),
})

/** One probe for checks of every kind. */
const probesOf = (probe: () => Promise<ProbeOutcome>) =>
  Object.fromEntries(CHECK_KINDS.map((kind) => [kind, probe])) as unknown as Probes

const SETTINGS = ['DATABASE_URL', 'AVATARS_BUCKET', 'BACKLOT_BUCKET', 'USER_POOL_ID', 'EXTERNAL_API_URL']

/** @param platform what it probes; settings that its definition names are all set */
export function fixedProber(platform: Platform): FixedProber {
  let nowMs = 0
  let outcome = UP
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, 'https://target.example']))
  const effects = effectsAt(() => nowMs)
  const container = { ...openContainer(), effects, env: readEnv({ ...process.env, ...settings }) }
  const made = proberDeps(container)
  const runner = { ...made.runner, platformId: platform.id, probes: probesOf(async () => outcome) }
  const deps = { ...made, platform, runner }
  return {
    deps,
    tickAt: async (ms) => {
      nowMs = ms
      await tick({ schedule: 'prober-tick', scheduledAt: new Date(ms).toISOString() }, deps)
    },
    targetsUp: (up) => void (outcome = up ? UP : DOWN),
    setClock: (ms) => void (nowMs = ms),
  }
}

/** A platform of this many TCP checks. */
export function tcpPlatform(id: string, checkCount: number): Platform {
  const check = (_: unknown, index: number): CheckInput => ({
    id: `${id}-${index}`,
    name: `Target ${index}`,
    kind: 'tcp',
    target: { host: '127.0.0.1', port: 1, reachesPrivate: true },
    component: 'api',
    severity: 'critical',
    thresholds: { normalBelowMs: 100, degradedAboveMs: 800 },
    runbook: 'docs/runbook.md#targets',
  })
  return definePlatform({
    id,
    name: 'Bench',
    version: '1.0.0',
    components: [{ id: 'api', name: 'API', description: 'The API' }],
    checks: Array.from({ length: checkCount }, check),
  })
}
