import type { Alert } from '../alerts/alert.ts'
import type { OutboxRow } from '../kernel/outbox.ts'
import type { Change } from './change.ts'
import { watchName, type Watch } from './watch.ts'

/** The version of the body's shape, documented in `docs/alert-messages.md`. */
const MESSAGE_VERSION = 1
const REVERTED_TOPIC = 'warning'
const WAITING_TOPIC = 'info'

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
  const id = `${watchName(watch)}-${REVERTED_TOPIC}`
  return {
    id,
    topic: REVERTED_TOPIC,
    subject: `[${REVERTED_TOPIC}] ${watch.target} was taken back: ${alert.summary}`,
    createdAt: now,
    attributes: {
      severity: REVERTED_TOPIC,
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

/**
 * Says that a change waits for a second person. What holds and what is to hold is not in it: a flag may be larger than a
 * message, and a value nobody else's business.
 * @param platformName shown to people
 */
export function waitingMessage(change: Change, platformName: string): OutboxRow {
  const { kind, target, action, author, requestedAt } = change
  const id = `${change.id}-${WAITING_TOPIC}`
  return {
    id,
    topic: WAITING_TOPIC,
    subject: `[${WAITING_TOPIC}] ${target} waits for approval: asked for by ${author.name}`,
    createdAt: requestedAt,
    attributes: {
      severity: WAITING_TOPIC,
      component: 'midwatch',
      status: 'waiting',
      kind: `${kind}_change`,
    },
    body: {
      version: MESSAGE_VERSION,
      id,
      event: 'waiting',
      platform: platformName,
      sent_at: new Date(requestedAt).toISOString(),
      dedup_key: change.id,
      change: {
        id: change.id,
        kind,
        target,
        action,
        ...(change.reason === undefined ? {} : { reason: change.reason }),
        requested_at: new Date(requestedAt).toISOString(),
        requested_by: author.name,
        expires_at: new Date(change.closesAt).toISOString(),
      },
    },
  }
}
