import { describe, expect, it } from 'vitest'
import { untilAborted, withinOrNothing } from '../../../shared/health/network/deadline.ts'

const never = new Promise<never>(() => undefined)

describe('untilAborted', () => {
  it('gives what the work gives', async () => {
    expect(await untilAborted(Promise.resolve(7), new AbortController().signal)).toBe(7)
  })

  it('fails as the work fails', async () => {
    const work = Promise.reject(new Error('broken'))
    await expect(untilAborted(work, new AbortController().signal)).rejects.toThrow('broken')
  })

  it('waits no longer than the signal, whose reason it throws', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never, controller.signal)
    controller.abort(new Error('over'))
    await expect(waiting).rejects.toThrow('over')
    await expect(untilAborted(never, controller.signal)).rejects.toThrow('over')
  })
})

describe('withinOrNothing', () => {
  const patient = {
    wait: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  }

  it('gives what the work gives, and stops waiting', async () => {
    expect(await withinOrNothing(Promise.resolve(7), 100, patient)).toBe(7)
  })

  it('gives nothing when the work fails', async () => {
    expect(await withinOrNothing(Promise.reject(new Error('broken')), 100, patient)).toBeUndefined()
  })

  it('gives nothing when the work takes longer than the limit', async () => {
    const waited: number[] = []
    const wait = (ms: number) => Promise.resolve(void waited.push(ms))
    expect(await withinOrNothing(never, 100, { wait })).toBeUndefined()
    expect(waited).toEqual([100])
  })
})
