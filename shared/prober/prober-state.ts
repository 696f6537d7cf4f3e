import { fingerprintOf } from '../alerts/alert.ts'
import { nextProber } from '../health/impaired.ts'
import { proberWrite } from '../health/store.ts'
import { systemPrincipal } from '../kernel/auth.ts'
import { PROBER, proberAlertDecision, proberLabels } from './alerting.ts'
import type { Recorder } from './record-slot.ts'

/** Several batches of one tick report at the same time. */
const TRIES = 10

/**
 * Counts a batch's judgement of the prober itself: its heartbeat, and one alert when it becomes impaired.
 * @param tickAt the start of the tick, milliseconds since the epoch
 * @throws `unavailable` when the store does not answer
 */
export async function recordProber(
  recorder: Recorder,
  vantage: string,
  impaired: boolean,
  tickAt: number,
): Promise<void> {
  const { health, alerts, effects, platformId } = recorder
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const stored = await health.prober(vantage)
    const { state, events } = nextProber(stored?.state, impaired, tickAt)
    if (state === stored?.state) return
    const now = effects.now()
    const latest =
      events.length === 0 ? undefined : await alerts.latest(fingerprintOf(proberLabels(platformId, vantage)))
    const decision = proberAlertDecision(platformId, vantage, events, { latest, now, ulid: effects.id() })
    const writes = decision ? alerts.writesOf(latest, decision, { actor: systemPrincipal(PROBER), now }) : []
    const committed = await health.commit([proberWrite(vantage, stored, state), ...writes])
    if (committed.committed) return
    await effects.wait(effects.random() * 100)
  }
  throw new Error('The state of the prober kept changing.')
}
