import {
  configView,
  decide,
  liveEntry,
  proposalFaults,
  reasonFaults,
  type LiveEntry,
} from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { ConfigState } from '../../shared/config/entry-store.ts'
import { Problem, type FieldError } from '../../shared/kernel/errors.ts'
import type { Handler, ReplyTo, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import type { ConfigDeps } from './deps.ts'

type PutManyRoute = typeof configContract.putManyConfig
type Body = RouteRequest<PutManyRoute>['body']

/** One of the values, with the entry that it is for. */
interface Wanted {
  readonly live: LiveEntry
  readonly value: unknown
}

function faultsOf(live: LiveEntry | undefined, key: string, { values, reason }: Body): readonly FieldError[] {
  const path = `body.values.${key}`
  if (live === undefined) return [{ path, reason: 'is not a known key' }]
  const second = { path, reason: 'waits for a second person: change it by itself' }
  return [
    ...proposalFaults(live, { value: values[key] }, path),
    ...reasonFaults(live, reason, 'body.reason'),
    ...(live.entry.approval === 'second' ? [second] : []),
  ]
}

/** What versions are held to must be changed as well: they would say nothing otherwise. */
const versionFaults = ({ values, versions = {} }: Body): readonly FieldError[] =>
  Object.keys(versions)
    .filter((key) => !Object.hasOwn(values, key))
    .map((key) => ({ path: `body.versions.${key}`, reason: 'must be the key of one of the values' }))

/** @throws `invalid_input` that names everything that is wrong */
function wantedOf(state: ConfigState, body: Body): readonly Wanted[] {
  const wanted = Object.entries(body.values).map(([key, value]) => ({
    key,
    value,
    live: liveEntry(state.entries.get(key)),
  }))
  const faults = wanted.flatMap(({ key, live }) => faultsOf(live, key, body))
  const fields = [...faults, ...versionFaults(body)]
  if (fields.length > 0) throw new Problem('invalid_input', { fields })
  return wanted.flatMap(({ live, value }) => (live === undefined ? [] : [{ live, value }]))
}

/** @throws `stale_version` that names every key which has moved on */
function requireVersions(wanted: readonly Wanted[], { versions = {} }: Body): void {
  const held = new Map(Object.entries(versions))
  const stale = wanted.filter(({ live }) => (held.get(live.key) ?? live.version) !== live.version)
  if (stale.length === 0) return
  const now = stale.map(({ live }) => `${live.key} has version ${live.version}`)
  throw new Problem('stale_version', { detail: `${now.join(', ')}.` })
}

/** @returns `undefined` when something of the configuration has changed meanwhile */
async function attempt(
  { body, principal: actor, requestId, receipt }: RouteRequest<PutManyRoute>,
  { config, effects }: ConfigDeps,
): Promise<ReplyTo<PutManyRoute> | undefined> {
  const now = effects.now()
  const state = await config.read()
  const wanted = wantedOf(state, body)
  requireVersions(wanted, body)
  const decisions = wanted.map(({ live, value }) =>
    decide(live, { action: 'config.set', value }, { name: actor.name, at: now }),
  )
  const entries = decisions.flatMap(({ next }) => liveEntry(next) ?? []).map(configView)
  const reply = { body: { entries } }
  const change = { actor, now, requestId, reason: body.reason }
  const { committed } = await config.commit([...config.writesOf(state, decisions, change), ...receipt(reply)])
  return committed ? reply : undefined
}

const NO_IF_MATCH = {
  path: 'headers.if-match',
  reason: 'says nothing about several entries: send "versions" in the body',
}

/** `PUT /api/v1/ops/config` */
export const putManyConfig: Handler<PutManyRoute, ConfigDeps> = async (request, deps) => {
  if (request.ifMatch !== undefined) throw new Problem('invalid_input', { fields: [NO_IF_MATCH] })
  return inTurn({ ...deps, entity: 'config-live' }, () => attempt(request, deps))
}
