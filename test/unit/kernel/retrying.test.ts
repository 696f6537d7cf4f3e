import { describe, expect, it } from 'vitest'
import { retrying } from '../../../shared/kernel/live-set/retrying.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'

/** Fails so many times before it succeeds, and counts. */
function overtaken(times: number) {
  let attempts = 0
  const attempt = (): Promise<string | undefined> => {
    attempts += 1
    return Promise.resolve(attempts > times ? 'done' : undefined)
  }
  return { attempt, attempts: () => attempts }
}

describe('retrying', () => {
  it('does not wait when nobody was quicker', async () => {
    const effects = manualEffects()
    const { attempt, attempts } = overtaken(0)
    expect(await retrying(effects, attempt)).toBe('done')
    expect([attempts(), effects.waiting()]).toEqual([1, 0])
  })

  it('begins again until an attempt succeeds, and waits between attempts', async () => {
    const effects = manualEffects(0, 'immediate')
    const { attempt, attempts } = overtaken(9)
    expect(await retrying(effects, attempt)).toBe('done')
    expect(attempts()).toBe(10)
    expect(effects.now()).toBeGreaterThan(0)
    expect(effects.now()).toBeLessThan(8_000)
  })

  it('gives up after ten attempts and says that others were quicker', async () => {
    const { attempt, attempts } = overtaken(99)
    const problem = await rejectionOf(() => retrying(manualEffects(0, 'immediate'), attempt))
    expect(problem.code).toBe('conflict')
    expect(attempts()).toBe(10)
  })

  it('does not repeat what fails', async () => {
    const broken = retrying(manualEffects(), () => Promise.reject(new Error('Broken.')))
    await expect(broken).rejects.toThrow('Broken.')
  })
})
