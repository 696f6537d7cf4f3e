import type { StoredAlert, AlertStore } from '../alerts/store.ts'
import { Problem } from '../kernel/errors.ts'
import type { Platform } from '../platforms/define.ts'
import { checkFingerprint } from '../prober/alerting.ts'
import type { WatchBody } from './schemas.ts'
import type { WatchedAlert, WatchTerms } from './watch.ts'

/** Where alerts are found that a change can be watched by. */
export interface AlertSource {
  readonly alerts: Pick<AlertStore, 'get' | 'latest'>
  readonly platform: Pick<Platform, 'id' | 'name' | 'checks'>
}

const MINUTE_MS = 60_000

const wrong = (path: string, reason: string): Problem =>
  new Problem('invalid_input', { fields: [{ path, reason }] })

async function fingerprintOf(
  { alerts, platform }: AlertSource,
  asked: WatchBody,
  path: string,
): Promise<string> {
  if (asked.alert !== undefined) {
    const alert = await alerts.get(asked.alert)
    if (alert === undefined) throw wrong(`${path}.alert`, 'must be the id of an alert')
    return alert.fingerprint
  }
  const check = platform.checks.find(({ id }) => id === asked.check)
  if (check === undefined)
    throw wrong(`${path}.check`, 'must be the id of a check: GET /api/v1/ops/health lists them')
  return checkFingerprint(platform.id, check)
}

/** What is firing already cannot say whether a change does harm. */
function refuseOpen(latest: StoredAlert | undefined, asked: WatchBody, path: string): void {
  if (latest === undefined || latest.status === 'resolved') return
  const field = asked.alert === undefined ? 'check' : 'alert'
  throw wrong(`${path}.${field}`, `must not be firing already: see alert ${latest.id}`)
}

async function watchedAlert(source: AlertSource, asked: WatchBody, path: string): Promise<WatchedAlert> {
  const fingerprint = await fingerprintOf(source, asked, path)
  const latest = await source.alerts.latest(fingerprint)
  refuseOpen(latest, asked, path)
  const { alert, check } = asked
  const baseline = latest && {
    id: latest.id,
    ...(latest.openedAt === undefined ? {} : { openedAt: latest.openedAt }),
  }
  return {
    fingerprint,
    ...(alert === undefined ? {} : { alert }),
    ...(check === undefined ? {} : { check }),
    ...(baseline === undefined ? {} : { baseline }),
  }
}

/**
 * Finds the alert that a change is to be watched by, and notes how it stands.
 * @param asked `undefined` when nobody has asked for a watch
 * @param path of the wish, e.g. `body.watch`
 * @param start who changes something now, milliseconds since the epoch
 * @throws `invalid_input` when there is no such check or alert, or when it is firing already
 */
export async function watchTerms(
  source: AlertSource,
  asked: WatchBody | undefined,
  path: string,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<WatchTerms | undefined> {
  if (asked === undefined) return undefined
  const on = await watchedAlert(source, asked, path)
  return { on, startedAt: now, startedBy: by, endsAt: now + asked.minutes * MINUTE_MS }
}
