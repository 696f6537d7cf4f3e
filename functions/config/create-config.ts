import { configView, createEntry } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler, ReplyTo, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import type { ConfigDeps } from './deps.ts'

type CreateRoute = typeof configContract.createConfig

/** @returns `undefined` when something of the configuration has changed meanwhile */
async function attempt(
  { body, query: { reason }, principal: actor, requestId, receipt }: RouteRequest<CreateRoute>,
  { config, effects }: ConfigDeps,
): Promise<ReplyTo<CreateRoute> | undefined> {
  const now = effects.now()
  const state = await config.read()
  const { key } = body
  const known = state.entries.get(key) ?? {
    key,
    defined: undefined,
    created: undefined,
    value: undefined,
    version: 0,
  }
  const decision = createEntry(known, body, { name: actor.name, at: now })
  if (decision === 'taken') throw new Problem('key_taken', { detail: `There is an entry "${key}" already.` })
  const { next } = decision
  const reply = { body: configView({ ...next, entry: body, fault: undefined }), version: next.version }
  const change = { actor, now, requestId, reason }
  const { committed } = await config.commit([
    ...config.writesOf(state, [decision], change),
    ...receipt(reply),
  ])
  return committed ? reply : undefined
}

/** `POST /api/v1/ops/config` */
export const createConfig: Handler<CreateRoute, ConfigDeps> = (request, deps) =>
  inTurn({ ...deps, entity: 'config-live' }, () => attempt(request, deps))
