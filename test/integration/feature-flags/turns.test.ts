import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { inTurn } from '../../../shared/kernel/live-set/in-turn.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)

const overtaken = () => Promise.resolve(undefined)
const options = (effects = systemEffects) => ({
  table: started().table,
  entity: 'flag-live' as const,
  effects,
})

/** Adds one to a counter, unless somebody has done so since it was read. */
async function addOne(sk: string): Promise<number | undefined> {
  const { table } = started()
  const key = { pk: 'FLAGLIVE#TEST', sk }
  const { version = 0 } = (await table.get<{ version?: number }>(key)) ?? {}
  const expect = version === 0 ? ({ absent: true } as const) : { version }
  const item = { ...key, version: version + 1 }
  const { committed } = await table.commit([{ kind: 'put', item, expect }], systemEffects.id())
  return committed ? version + 1 : undefined
}

describe('writers who take turns', () => {
  it('all get through, each once', async () => {
    const numbers = await Promise.all(
      Array.from({ length: 20 }, () => inTurn(options(), () => addOne('all'))),
    )
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  }, 60_000)

  it('hear of a conflict when they are overtaken even so, and give the turn back', async () => {
    expect((await rejectionOf(() => inTurn(options(), overtaken))).code).toBe('conflict')
    expect(await inTurn(options(), () => addOne('after a conflict'))).toBe(1)
  })

  it('give the turn back when they fail', async () => {
    let tried = 0
    const failing = () => {
      tried += 1
      return tried === 1 ? Promise.resolve(undefined) : Promise.reject(new Error('Broken.'))
    }
    await expect(inTurn(options(), failing)).rejects.toThrow('Broken.')
    expect(await inTurn(options(), () => addOne('after a failure'))).toBe(1)
  })

  it('wait for one who has died with the turn no longer than a turn lasts', async () => {
    const effects = manualEffects(systemEffects.now() + 60_000, 'immediate')
    const heldUntil = effects.now() + 5_000
    const key = { pk: 'FLAGLIVE#TURN', sk: 'CURRENT' }
    const item = { ...key, version: 1_000, heldUntil }
    await started().table.commit([{ kind: 'put', item, expect: { anything: true } }], systemEffects.id())
    expect(await inTurn(options(effects), () => addOne('after a death'))).toBe(1)
    expect(effects.now()).toBeGreaterThanOrEqual(heldUntil)
    expect(effects.now()).toBeLessThan(heldUntil + 1_000)
  })
})
