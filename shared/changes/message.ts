import type { Alert } from '../alerts/alert.ts'
import type { OutboxRow } from '../kernel/outbox.ts'
import { watchName, type Watch } from './watch.ts'

/** The version of the body's shape, documented in `docs/alert-messages.md`. */
const MESSAGE_VERSION = 1
const TOPIC = 'warning'

/** What was restored. */
export interface Restoration {
  /** The version that the restored value has. */
  readonly version: number
  /** What held until now, and what holds again. */
  readonly from: unknown
  readonly to: unknown
}

const changeOf = (watch: Watch, { version, from, to }: Restoration) => ({
  kind: watch.kind,
  target: watch.target,
  reverted_version: watch.targetVersion,
  version,
  from,
  to,
  changed_at: new Date(watch.startedAt).toISOString(),
  changed_by: watch.startedBy,
})

const alertOf = ({ id, check, summary, startedAt }: Alert) => ({
  id,
  ...(check === undefined ? {} : { check }),
  summary,
  started_at: new Date(startedAt).toISOString(),
})

/**
 * Says that a watched change was taken back.
 * @param now milliseconds since the epoch
 * @param platformName shown to people
 */
export function revertedMessage(
  watch: Watch,
  restoration: Restoration,
  alert: Alert,
  now: number,
  platformName: string,
): OutboxRow {
  const id = `${watchName(watch)}-${TOPIC}`
  return {
    id,
    topic: TOPIC,
    subject: `[${TOPIC}] ${watch.target} was taken back: ${alert.summary}`,
    createdAt: now,
    attributes: {
      severity: TOPIC,
      component: alert.component ?? 'midwatch',
      status: 'reverted',
      kind: `${watch.kind}_change`,
    },
    body: {
      version: MESSAGE_VERSION,
      id,
      event: 'reverted',
      platform: platformName,
      sent_at: new Date(now).toISOString(),
      dedup_key: watchName(watch),
      change: changeOf(watch, restoration),
      alert: alertOf(alert),
    },
  }
}
