import { describe, expect, it } from 'vitest'
import type { Change } from '../../../shared/changes/change.ts'
import type { Watch } from '../../../shared/changes/watch.ts'
import { decide, liveEntry, valueOf, withValue, type Proposal } from '../../../shared/config/change-entry.ts'
import { configApplier } from '../../../shared/config/config-applier.ts'
import { configStore, type ConfigStore } from '../../../shared/config/entry-store.ts'
import { Entry } from '../../../shared/config/entry.ts'
import type { AuditEvent } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import type { Write } from '../../../shared/kernel/table/types.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { manualEffects } from '../../support/effects.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { rejectionOf } from '../../support/problem.ts'

const ada = { kind: 'user', id: 'user-1', name: 'ada' } as const
const approval = { by: 'tom', now: 1 }
const reversion = { actor: systemPrincipal('watch'), now: 1, reason: 'Taken back' }

const entryOf = (more: object) =>
  Entry.parse({ key: 'size', description: 'A size', schema: { type: 'integer' }, default: 5, ...more })
const wide = entryOf({})
const narrow = entryOf({ schema: { type: 'integer', maximum: 10 } })

/** A table over which one deployment follows another, each with definitions of its own. */
function deployments() {
  const { table } = memoryTable()
  const effects = manualEffects()
  const deploy = (...entries: readonly Entry[]) => {
    const store = configStore(table, effects, entries)
    const alerts = { get: () => Promise.resolve(undefined), latest: () => Promise.resolve(undefined) }
    return { store, applier: configApplier(store, { alerts, platform: secondWatchNetwork }) }
  }
  return { deploy }
}

/** @throws when there is no such entry */
async function sizeOf(store: ConfigStore) {
  const live = liveEntry(await store.get('size'))
  if (live === undefined) throw new Error('It should hold.')
  return live
}

async function change(store: ConfigStore, proposal: Proposal): Promise<void> {
  const decision = decide(await sizeOf(store), proposal, { name: 'ada', at: 0 })
  const writes = store.writesOf(await store.read(), [decision], { actor: ada, now: 0 })
  expect(await store.commit(writes)).toEqual({ committed: true })
}
const set = (store: ConfigStore, value: unknown) => change(store, { action: 'config.set', value })

/** What waits for a second person: the first change of the entry. */
const waiting = (more: Partial<Change>): Change => ({
  id: '01ARYZ6S410000000000000000',
  kind: 'config',
  target: 'size',
  action: 'config.set',
  current: 5,
  proposed: 7,
  resets: false,
  basedOn: 0,
  state: 'pending',
  requestedAt: 0,
  author: ada,
  closesAt: 2,
  version: 1,
  ...more,
})

/** The watch over the second change of the entry. */
const watch: Watch = {
  kind: 'config',
  target: 'size',
  targetVersion: 2,
  previous: 99,
  on: { fingerprint: 'f' },
  startedAt: 0,
  startedBy: 'ada',
  endsAt: 9,
}

/** The audit event among some writes. */
const eventOf = (writes: readonly Write[]) => {
  const event = writes.find((write) => write.kind === 'put' && 'seq' in write.item)
  return event !== undefined && event.kind === 'put' ? asEvent(event.item) : undefined
}
const asEvent = (item: unknown) => item as AuditEvent

describe('a value that a deployment has forbidden since', () => {
  it('does not hold, and holds again after a deployment that lets it in', async () => {
    const { deploy } = deployments()
    await set(deploy(wide).store, 99)
    expect(valueOf(await sizeOf(deploy(narrow).store))).toBe(5)
    expect(valueOf(await sizeOf(deploy(wide).store))).toBe(99)
  })

  it('is not restored by a watch: the default holds, and the history says why', async () => {
    const { deploy } = deployments()
    await set(deploy(wide).store, 99)
    await set(deploy(wide).store, 7)
    const { store, applier } = deploy(narrow)
    const restored = await applier.restore(watch, reversion)
    expect(restored).toMatchObject({ version: 3, from: 7, to: 5 })
    expect(eventOf(restored?.writes ?? [])).toMatchObject({
      after: { value: 5, is_default: true },
      reason: 'Taken back. What held before breaks its schema by now (must be at most 10): the default holds',
    })
    await store.commit(restored?.writes ?? [])
    expect(await sizeOf(deploy(wide).store)).toMatchObject({ value: undefined, version: 3 })
  })

  it('is restored where it fits, as it was', async () => {
    const { deploy } = deployments()
    await set(deploy(wide).store, 99)
    await set(deploy(wide).store, 7)
    const restored = await deploy(wide).applier.restore(watch, reversion)
    expect(restored).toMatchObject({ from: 7, to: 99 })
    expect(eventOf(restored?.writes ?? [])).toMatchObject({ after: { value: 99 }, reason: 'Taken back' })
  })

  it('is not put in force by an approval', async () => {
    const { applier } = deployments().deploy(narrow)
    expect(await rejectionOf(() => applier.apply(waiting({ proposed: 99 }), approval))).toMatchObject({
      code: 'invalid_input',
      fields: [{ path: 'proposed', reason: 'must be at most 10' }],
    })
  })
})

describe('a change back to the default', () => {
  const reset = waiting({ action: 'config.reset', resets: true, proposed: 5, basedOn: 1 })

  it('is outdated when a deployment has another default than was shown', async () => {
    const { deploy } = deployments()
    await set(deploy(wide).store, 7)
    const { applier } = deploy(entryOf({ default: 6 }))
    expect(await rejectionOf(() => applier.apply(reset, approval))).toMatchObject({
      code: 'change_outdated',
      detail: 'The default of size is another one than when it was asked for.',
    })
  })

  it('is put in force when the default is what was shown', async () => {
    const { deploy } = deployments()
    await set(deploy(wide).store, 7)
    const { store, applier } = deploy(wide)
    await store.commit(await applier.apply(reset, approval))
    expect(valueOf(await sizeOf(store))).toBe(5)
  })
})

describe('a change that removes a key', () => {
  const removal = waiting({ action: 'config.deleted', resets: true, proposed: undefined, basedOn: 1 })

  it.each([
    ['is outdated when a deployment defines the key by now', [wide], 'change_outdated'],
    ['is put in force otherwise', [], 'removed'],
  ] as const)('%s', async (_what, entries, outcome) => {
    const { deploy } = deployments()
    const { store, applier } = deploy(...entries)
    const previous = { key: 'size', defined: undefined, created: undefined, value: undefined, version: 0 }
    const next = { ...previous, created: wide, version: 1, updatedAt: 0, updatedBy: 'ada' }
    const creation = { previous, next, action: 'config.created' } as const
    await store.commit(store.writesOf(await store.read(), [creation], { actor: ada, now: 0 }))
    const applied = await applier.apply(removal, approval).then(
      () => 'removed',
      (error: unknown) => Reflect.get(Object(error), 'code'),
    )
    expect(applied).toBe(outcome)
  })
})

it('a value asked about is judged by the definition of today', async () => {
  const { deploy } = deployments()
  await set(deploy(wide).store, 99)
  const live = await sizeOf(deploy(narrow).store)
  expect(valueOf(withValue(live, 10))).toBe(10)
  expect(valueOf(withValue(live, 11))).toBe(5)
})
