import { untilAborted } from '../network/deadline.ts'
import { judgeHeartbeat } from '../heartbeat.ts'
import type { Probe, ProbeOutcome } from '../probe.ts'

/** Midwatch's own records could not be read: that says nothing about the job. */
const unreadable: ProbeOutcome = {
  ok: false,
  latencyMs: 0,
  reason: 'network',
  message: 'The signals of the job could not be read',
}

/** Judges the signals that a watched job has pushed. It measures no latency: nothing is called. */
export const heartbeatProbe: Probe<'heartbeat'> = async (target, { checkId, signal }, services) => {
  const signals = await untilAborted(services.heartbeat(checkId), signal).catch(() => undefined)
  if (!signals) return unreadable
  const nowMs = services.effects.now()
  const verdict = judgeHeartbeat(signals, target, nowMs)
  if (!verdict.ok || signals.lastSuccessAt === undefined) return { ...verdict, latencyMs: 0 }
  const measurements = { seconds_since_success: Math.max(0, (nowMs - signals.lastSuccessAt) / 1_000) }
  return { ...verdict, latencyMs: 0, measurements }
}
