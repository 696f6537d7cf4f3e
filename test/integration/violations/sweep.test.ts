import { beforeEach, describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../shared/alerts/alert.ts'
import { alertStore } from '../../../shared/alerts/store.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { automaticBlock, blockStore, endWrites } from '../../../shared/rate-limits/block-store.ts'
import { overrideIdOf, putOverride } from '../../../shared/rate-limits/change-override.ts'
import { readCounters } from '../../../shared/rate-limits/counter-reader.ts'
import { counterKey } from '../../../shared/rate-limits/limiter.ts'
import { LimitSetReader } from '../../../shared/rate-limits/limit-set.ts'
import { overrideStore, overrideWrites } from '../../../shared/rate-limits/override-store.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { blockLabels } from '../../../shared/violations/auto-block.ts'
import { makeRecorder } from '../../../shared/violations/recorder.ts'
import { tallyWrite } from '../../../shared/violations/store.ts'
import { sweepLimits, type Sweeper } from '../../../shared/violations/sweep.ts'
import { hourOf } from '../../../shared/violations/violation.ts'
import { manualEffects } from '../../support/effects.ts'
import { capturedOutput } from '../../support/output.ts'
import { inRole } from '../../support/role.ts'
import { testTable } from '../../support/table.ts'

const NOW = Date.parse('2026-02-15T12:30:00.000Z')
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const effects = manualEffects(NOW)
const started = testTable(manualEffects(NOW, 'immediate'))
capturedOutput()

let tests = 0
let rule = RateLimitRule.parse({ name: 'login', scope: 'user', windows: [{ limit: 5, windowSeconds: 60 }] })

/** Every test has a rule of its own, and begins when the blocks of the one before have run out. */
beforeEach(async () => {
  effects.advance(3 * HOUR_MS)
  tests += 1
  let report = await sweep()
  while (report.endedBlocks > 0) report = await sweep()
  rule = RateLimitRule.parse({
    name: `rule-${tests}`,
    scope: 'user',
    windows: [{ limit: 5, windowSeconds: 60 }],
    autoBlock: { violationsPerHour: 10, blockSeconds: 3_600 },
  })
})

function sweeper(): Sweeper {
  const { table } = started()
  return {
    table,
    effects,
    sets: new LimitSetReader(table, [rule], effects),
    blocks: blockStore(table, effects),
    alerts: alertStore(table, effects, 'Test platform'),
  }
}

async function deny(identifier: string, times: number): Promise<void> {
  const recorder = makeRecorder(started().table, effects)
  const denial = { rule: rule.name, scope: 'user', identifier, shadow: false, at: effects.now() } as const
  await recorder.record(denial)
  for (let n = 1; n < times; n += 1) await recorder.record(denial)
  await recorder.flush()
}

const sweep = () => inRole('violations-sweep', () => sweepLimits(sweeper()))
const blockedNow = async () =>
  (await blockStore(started().table, effects).live()).items.map(({ block }) => block.value).toSorted()
const alert = () => sweeper().alerts.latest(fingerprintOf(blockLabels(rule.name)))

async function lift(value: string): Promise<void> {
  const { blocks } = sweeper()
  const found = (await blocks.live()).items.find(({ block }) => block.value === value)
  if (found === undefined) throw new Error(`${value} is not blocked.`)
  const change = { actor: systemPrincipal('maria'), now: effects.now() }
  expect(await blocks.commit(endWrites(found, change).writes)).toEqual({ committed: true })
}

describe('the sweep', () => {
  it('blocks whoever was denied too often, and nobody else, with an alert that says how many', async () => {
    await deny('eve', 12)
    await deny('mallory', 10)
    await deny('ada', 9)
    expect(await sweep()).toMatchObject({ blocked: 2 })
    expect(await blockedNow()).toEqual(['eve', 'mallory'])
    expect(await alert()).toMatchObject({
      status: 'firing',
      kind: 'rate_limit_block',
      severity: 'warning',
      message: '2 callers are blocked after 10 or more denials within an hour.',
    })
    const { set } = await sweeper().sets.current(5_000)
    expect(set.findBlock({ user: 'eve' }, undefined, effects.now())).toMatchObject({
      rule: rule.name,
      expiresAt: effects.now() + HOUR_MS,
      createdBy: 'violations-sweep',
    })
  })

  it('does nothing twice when it runs again, or twice at once', async () => {
    await deny('eve', 12)
    const reports = await Promise.all([sweep(), sweep(), sweep()])
    expect(reports.reduce((sum, { blocked }) => sum + blocked, 0)).toBe(1)
    const items = await started().itemCount()
    expect(await sweep()).toEqual({ blocked: 0, endedBlocks: 0, endedOverrides: 0, resolvedAlerts: 0 })
    expect(await started().itemCount()).toBe(items)
    expect(await blockedNow()).toEqual(['eve'])
  })

  it('does nothing twice when it was done and nobody hears so', async () => {
    await deny('eve', 12)
    await started().faults.set({ dropAfterCommit: true, only: 'TransactWriteItems', times: 4 })
    await expect(sweep()).rejects.toThrow('A part that this needs does not answer')
    await started().faults.clear()
    expect(await sweep()).toMatchObject({ blocked: 0 })
    expect(await blockedNow()).toEqual(['eve'])
    expect(await alert()).toMatchObject({ status: 'firing', version: 1 })
  })

  it('does not block again whom an operator let go, until there are enough new denials in another hour', async () => {
    await deny('eve', 12)
    await sweep()
    await lift('eve')
    effects.advance(MINUTE_MS)
    await deny('eve', 30)
    await sweep()
    expect(await blockedNow()).toEqual([])
    effects.advance(HOUR_MS)
    await deny('eve', 10)
    await sweep()
    expect(await blockedNow()).toEqual(['eve'])
  })

  it('does not block again for what was denied during the block, once it is lifted', async () => {
    await deny('eve', 12)
    await sweep()
    effects.advance(40 * MINUTE_MS)
    await deny('eve', 50)
    await sweep()
    await lift('eve')
    await sweep()
    expect(await blockedNow()).toEqual([])
  })

  it('resolves the alert once nobody is under a block of the rule any more', async () => {
    await deny('eve', 12)
    await deny('bob', 12)
    await sweep()
    await lift('bob')
    expect(await sweep()).toMatchObject({ resolvedAlerts: 0 })
    effects.advance(HOUR_MS)
    expect(await sweep()).toMatchObject({ endedBlocks: 1, resolvedAlerts: 1 })
    expect(await alert()).toMatchObject({ status: 'resolved', resolved: { by: 'violations-sweep' } })
    expect(await blockedNow()).toEqual([])
  })

  it('resolves the alert of a rule that is gone', async () => {
    await deny('eve', 12)
    await sweep()
    const labels = fingerprintOf(blockLabels(rule.name))
    await lift('eve')
    rule = RateLimitRule.parse({ ...rule, name: 'another' })
    await sweep()
    expect(await sweeper().alerts.latest(labels)).toMatchObject({ status: 'resolved' })
  })

  it('leaves whom a person has blocked as it is', async () => {
    const { blocks } = sweeper()
    const request = { scope: 'user', value: 'eve', reason: 'Fraud', rule: 'by hand' } as const
    const change = { actor: systemPrincipal('maria'), now: effects.now() }
    const placed = automaticBlock(await blocks.live(), request, change, effects.id())
    await blocks.commit(placed?.writes ?? [])
    await deny('eve', 99)
    expect(await sweep()).toMatchObject({ blocked: 0 })
    expect((await blocks.live()).items).toMatchObject([{ block: { reason: 'Fraud' } }])
    await lift('eve')
  })

  it('takes overrides that have run out off their counters', async () => {
    const { table } = started()
    const id = overrideIdOf(rule.name, 'user', 'ada')
    const made = { id, rule: rule.name, scope: 'user', value: 'ada', reason: 'Launch', exempt: true } as const
    const expiresAt = effects.now() + MINUTE_MS
    const named = { ...made, expiresAt, createdAt: effects.now(), createdBy: 'maria' }
    const change = { actor: systemPrincipal('maria'), now: effects.now() }
    const known = await overrideStore(table, effects).get(id)
    await table.commit(overrideWrites(known, putOverride(known, named), named, change), effects.id())
    expect(await sweep()).toMatchObject({ endedOverrides: 0 })
    effects.advance(MINUTE_MS)
    expect(await sweep()).toMatchObject({ endedOverrides: 1 })
    expect(await sweep()).toMatchObject({ endedOverrides: 0 })
    const [image] = await readCounters(table, [counterKey(rule, 'ada')])
    expect(image?.texts).toEqual({})
  })

  it('blocks 200 callers at most, and the others next time', async () => {
    const at = effects.now()
    const seen = { hour: hourOf(at), rule: rule.name, scope: 'user', count: 10, shadow: 0 } as const
    const writes = Array.from({ length: 203 }, (_, n) =>
      tallyWrite({ ...seen, identifier: `bot-${n}`, firstSeen: at, lastSeen: at }),
    )
    for (let n = 0; n < writes.length; n += 50) {
      await started().table.commit(writes.slice(n, n + 50), effects.id())
    }
    expect(await sweep()).toMatchObject({ blocked: 200 })
    expect(await sweep()).toMatchObject({ blocked: 3 })
    expect(await blockedNow()).toHaveLength(203)
    expect(await alert()).toMatchObject({
      message: '203 callers are blocked after 10 or more denials within an hour.',
    })
  }, 60_000)
})
