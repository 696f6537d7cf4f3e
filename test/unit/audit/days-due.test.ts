import { describe, expect, it } from 'vitest'
import { daysDue } from '../../../shared/audit/heads.ts'

const at = (time: string) => Date.parse(time)

describe('the days that need a head', () => {
  it('are the last one that has ended, where there is no head yet', () => {
    expect(daysDue(undefined, at('2026-02-15T12:00:00Z'))).toEqual(['2026-02-14'])
  })

  it('do not hold a day before it has been over for five minutes', () => {
    expect(daysDue('2026-02-13', at('2026-02-15T00:04:59.999Z'))).toEqual([])
    expect(daysDue('2026-02-13', at('2026-02-15T00:05:00Z'))).toEqual(['2026-02-14'])
  })

  it('are none when the last one that has ended has its head', () => {
    expect(daysDue('2026-02-14', at('2026-02-15T12:00:00Z'))).toEqual([])
  })

  it('are all that were missed, the oldest first, over the ends of months and years', () => {
    expect(daysDue('2025-12-29', at('2026-01-02T01:00:00Z'))).toEqual([
      '2025-12-30',
      '2025-12-31',
      '2026-01-01',
    ])
  })

  it('are none when a clock went back', () => {
    expect(daysDue('2026-02-14', at('2026-02-10T12:00:00Z'))).toEqual([])
  })
})
