import { setTimeout } from 'node:timers/promises'
import { handler as changes } from '../../functions/changes/http.ts'
import { handler as evaluation } from '../../functions/flag-evaluation/http.ts'
import { handler as flags } from '../../functions/feature-flags/http.ts'
import { TTL_MS } from '../../shared/kernel/live-set/live-reader.ts'
import { bodyOf, claimsOf } from '../../test/support/http-event.ts'
import type { Measure } from './measure.ts'
import type { SendRequest } from './send-request.ts'

const of = (key: string) => ({ params: { key } })
const player = of('enable_new_player')
const lockdown = { params: { bundle: 'lockdown' } }

async function switchRoutes(measure: Measure, request: SendRequest): Promise<void> {
  const uploads = of('killswitch_uploads')
  await measure('enableFlag, a killswitch', () => request(flags, 'enableFlag', uploads))
  await measure('disableFlag, a killswitch', () => request(flags, 'disableFlag', uploads))
  await measure('applyBundle', () => request(flags, 'applyBundle', lockdown))
  await measure('revertBundle', () => request(flags, 'revertBundle', lockdown))
  await measure('listBundles', () => request(flags, 'listBundles'))
  const body = JSON.stringify({ description: 'A bench', flags: ['enable_new_player'] })
  const own = { params: { bundle: 'bench' } }
  await measure('putBundle', () => request(flags, 'putBundle', { ...own, body }))
  await measure('deleteBundle', () => request(flags, 'deleteBundle', own))
}

async function changeRoutes(measure: Measure, request: SendRequest): Promise<void> {
  await measure('enableFlag', () => request(flags, 'enableFlag', player))
  await measure('disableFlag', () => request(flags, 'disableFlag', player))
  const query = { percentage: '12.5' }
  await measure('setPercentage', () => request(flags, 'setPercentage', { ...player, query }))
  const target = JSON.stringify({ target_type: 'user', target_value: 'ada' })
  const added = await measure('addTarget', () => request(flags, 'addTarget', { ...player, body: target }))
  const { targets } = bodyOf(added)
  const id = String(Object(Array.isArray(targets) ? targets[0] : undefined).id)
  const removed = { params: { ...player.params, target: id } }
  await measure('listTargets', () => request(flags, 'listTargets', player))
  await measure('removeTarget', () => request(flags, 'removeTarget', removed))
  const body = JSON.stringify({ key: 'bench', description: 'A bench' })
  await measure('createFlag', () => request(flags, 'createFlag', { body }))
  const changed = JSON.stringify({ description: 'Another' })
  await measure('putFlag', () => request(flags, 'putFlag', { ...of('bench'), body: changed }))
  await measure('getImpact', () => request(flags, 'getImpact', { ...of('bench'), body: changed }))
  await measure('archiveFlag', () => request(flags, 'archiveFlag', of('bench')))
  const earlier = JSON.stringify({ version: 1 })
  await measure('rollBackFlag', () => request(flags, 'rollBackFlag', { ...of('bench'), body: earlier }))
}

/** Whoever approves is not who has asked. */
const another = { ...claimsOf('admin'), sub: 'user-2', username: 'tom' }

async function approvalRoute(measure: Measure, request: SendRequest): Promise<void> {
  const body = JSON.stringify({ key: 'bench-approved', description: 'A bench', approval: 'second' })
  await request(flags, 'createFlag', { body })
  const parts = { ...of('bench-approved'), query: { percentage: '25' } }
  const waits = () => request(flags, 'setPercentage', parts)
  const asked = bodyOf(await measure('setPercentage, waits for a second person', waits))
  const approved = { params: { change: String(Object(asked['pending_change']).id) }, claims: another }
  await measure('approveChange, of a flag', () => request(changes, 'approveChange', approved))
}

async function importRoute(measure: Measure, request: SendRequest): Promise<void> {
  const strategy = {
    name: 'flexibleRollout',
    parameters: { rollout: '25', stickiness: 'default', groupId: 'a' },
  }
  const features = [{ name: 'bench-import', enabled: true, strategies: [strategy] }]
  const body = JSON.stringify({ version: 1, features })
  const parts = { query: { vendor: 'unleash' }, body }
  await measure('importFlags', () => request(flags, 'importFlags', parts))
}

/** @returns the public key */
async function readRoutes(measure: Measure, request: SendRequest): Promise<string> {
  await measure('listFlags', () => request(flags, 'listFlags'))
  await measure('getFlag', () => request(flags, 'getFlag', player))
  await measure('getFlagHistory', () => request(flags, 'getFlagHistory', player))
  await measure('getFlagStats', () => request(flags, 'getFlagStats', player))
  const { public_key: publicKey } = bodyOf(await request(flags, 'getPublicKey'))
  await measure('getPublicKey', () => request(flags, 'getPublicKey'))
  await measure('listStaleFlags', () => request(flags, 'listStaleFlags'))
  return String(publicKey)
}

async function evaluationRoutes(measure: Measure, request: SendRequest, publicKey: string): Promise<void> {
  const body = JSON.stringify({ context: { targetingKey: 'ada' } })
  const asBrowser = { body, headers: { 'x-api-key': publicKey } }
  // The second request writes what the first has counted; after that, one of a minute does.
  for (let warm = 0; warm < 3; warm += 1) await request(evaluation, 'evaluateFlags')
  const operations = {
    evaluateFlags: {},
    evaluateFlag: player,
    ofrepFlag: { ...player, body },
    ofrepFlags: { body },
    publicOfrepFlag: { ...player, ...asBrowser },
    publicOfrepFlags: asBrowser,
  }
  for (const [name, parts] of Object.entries(operations)) {
    // The most that a request costs: what the container knows is too old, so that the pointer is read.
    await setTimeout(TTL_MS + 50)
    await measure(name, () => request(evaluation, name, parts))
  }
}

/** Feature flags: switched, changed, looked at and evaluated. */
export async function flagRoutes(measure: Measure, request: SendRequest): Promise<void> {
  await switchRoutes(measure, request)
  await changeRoutes(measure, request)
  await approvalRoute(measure, request)
  await importRoute(measure, request)
  const publicKey = await readRoutes(measure, request)
  await evaluationRoutes(measure, request, publicKey)
}
