import type { OutboxRow } from '../kernel/outbox.ts'
import type { Alert } from './alert.ts'
import type { Announcement } from './decide.ts'
import { alertView } from './view.ts'

/** The version of the body's shape, documented in `docs/alert-messages.md`. */
const MESSAGE_VERSION = 1

/**
 * The messages of an announcement, one a topic.
 * @param id makes the messages' ids; the same id always makes the same messages
 * @param now milliseconds since the epoch
 * @param platformName shown to people
 */
export function alertMessages(
  alert: Alert,
  announcement: Announcement,
  id: string,
  now: number,
  platformName: string,
): readonly OutboxRow[] {
  return announcement.topics.map((topic) => ({
    id: `${id}-${topic}`,
    topic,
    subject: `[${alert.severity}] ${alert.summary} (${announcement.event})`,
    createdAt: now,
    attributes: {
      severity: alert.severity,
      component: alert.component ?? 'midwatch',
      status: announcement.event,
      kind: alert.kind,
    },
    body: {
      version: MESSAGE_VERSION,
      id: `${id}-${topic}`,
      event: announcement.event,
      platform: platformName,
      sent_at: new Date(now).toISOString(),
      dedup_key: alert.id,
      alert: alertView(alert),
    },
  }))
}
