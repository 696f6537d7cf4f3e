import { describe, expect, it } from 'vitest'
import { blockView, endBlock, MAX_BLOCKS, placeBlock } from '../../../shared/rate-limits/change-block.ts'

const circumstances = { id: 'NEW', by: 'ada', now: 1_000 }
const request = { scope: 'user', value: 'mallory', reason: 'Scrapes' } as const
const standing = {
  id: 'OLD',
  scope: 'user',
  value: 'mallory',
  reason: 'Was rude',
  createdAt: 0,
  createdBy: 'grace',
  rule: 'uploads',
  version: 3,
} as const

describe('blocking a caller', () => {
  it('makes a block, without an end unless one is asked for', () => {
    expect(placeBlock([], request, circumstances)).toEqual({
      block: { ...request, id: 'NEW', createdAt: 1_000, createdBy: 'ada', version: 1 },
      action: 'rate-limit-block.created',
    })
    const ending = placeBlock([], { ...request, expiresAt: 5_000 }, circumstances)
    expect(ending).toMatchObject({ block: { expiresAt: 5_000 } })
  })

  it('replaces the block that the caller is under, and keeps its id', () => {
    expect(placeBlock([standing], request, circumstances)).toEqual({
      block: { ...request, id: 'OLD', createdAt: 1_000, createdBy: 'ada', version: 4 },
      action: 'rate-limit-block.replaced',
    })
  })

  it('does not take another caller, or a block that has run out, for it', () => {
    const others = [
      { ...standing, value: 'Mallory' },
      { ...standing, scope: 'api_key' } as const,
      { ...standing, expiresAt: 1_000 },
    ]
    for (const other of others) {
      expect(placeBlock([other], request, circumstances)).toMatchObject({ block: { id: 'NEW' } })
    }
  })

  it('ends where there are as many as there may be; those that have run out do not count', () => {
    const many = Array.from({ length: MAX_BLOCKS }, (_, n) => ({
      ...standing,
      id: `${n}`,
      value: `user-${n}`,
    }))
    expect(placeBlock(many, request, circumstances)).toBe('too_many')
    expect(placeBlock(many, { ...request, value: 'user-7' }, circumstances)).toMatchObject({
      block: { id: '7' },
    })
    const [first = standing, ...others] = many
    const room = [{ ...first, expiresAt: 999 }, ...others]
    expect(placeBlock(room, request, circumstances)).toMatchObject({ action: 'rate-limit-block.created' })
  })
})

describe('the end of a block', () => {
  it('is now when somebody ends it, and its own when it has run out', () => {
    expect(endBlock(standing, 'ada', 1_000)).toEqual({
      block: { ...standing, version: 4, endedAt: 1_000, endedBy: 'ada' },
      action: 'rate-limit-block.ended',
    })
    expect(endBlock({ ...standing, expiresAt: 900 }, 'sweep', 1_000)).toMatchObject({
      block: { endedAt: 900, endedBy: 'sweep' },
      action: 'rate-limit-block.expired',
    })
  })
})

describe('a block as the API shows it', () => {
  it('is active, has run out by itself, or was ended', () => {
    const ending = { ...standing, expiresAt: 2_000 }
    expect(blockView(ending, 1_999)).toEqual({
      id: 'OLD',
      scope: 'user',
      value: 'mallory',
      reason: 'Was rude',
      rule: 'uploads',
      state: 'active',
      created_at: '1970-01-01T00:00:00.000Z',
      created_by: 'grace',
      expires_at: '1970-01-01T00:00:02.000Z',
      version: 3,
    })
    const over = blockView(ending, 3_000)
    expect(over).toMatchObject({ state: 'ended', ended_at: '1970-01-01T00:00:02.000Z' })
    expect(over).not.toHaveProperty('ended_by')
    const { rule: _rule, ...byHand } = standing
    const ended = blockView(endBlock(byHand, 'ada', 1_500).block, 3_000)
    expect(ended).toMatchObject({ state: 'ended', ended_at: '1970-01-01T00:00:01.500Z', ended_by: 'ada' })
    expect(ended).not.toHaveProperty('rule')
    expect(ended).not.toHaveProperty('expires_at')
  })
})
