import { describe, expect, it } from 'vitest'
import {
  changeView,
  decideChange,
  pendingView,
  requestChange,
  stateAt,
  WAITS_MS,
  type Change,
} from '../../../shared/changes/change.ts'
import { waitingMessage } from '../../../shared/changes/message.ts'

const NOW = Date.parse('2026-02-15T12:00:00.000Z')
const ada = { kind: 'user', id: 'user-1', name: 'ada' } as const
const tom = { kind: 'user', id: 'user-2', name: 'tom', decidesForOthers: true } as const

const { change, action } = requestChange(
  {
    kind: 'config',
    target: 'size',
    action: 'config.set',
    current: 5,
    proposed: 7,
    resets: false,
    basedOn: 3,
    reason: 'Because',
    watch: { check: 'database', minutes: 5 },
  },
  { id: '01ARYZ6S410000000000000000', author: ada, now: NOW },
)

/** @throws when it was refused */
function decided(...decision: Parameters<typeof decideChange>): Change {
  const outcome = decideChange(...decision)
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome.change
}

const approved = { state: 'approved', by: 'tom', now: NOW + 1 } as const
const rejected = { state: 'rejected', by: 'tom', now: NOW + 1, reason: 'No' } as const
const expired = { state: 'expired', by: 'watch', now: NOW + WAITS_MS } as const

describe('a change that is asked for', () => {
  it('waits for a week', () => {
    expect(action).toBe('change.requested')
    expect(change).toMatchObject({ state: 'pending', version: 1, author: ada })
    expect(stateAt(change, NOW + WAITS_MS - 1)).toBe('pending')
    expect(stateAt(change, NOW + WAITS_MS)).toBe('expired')
  })
})

describe('deciding about a change', () => {
  it('signs it', () => {
    expect(decideChange(change, tom, approved)).toEqual({
      change: { ...change, state: 'approved', decidedAt: NOW + 1, decidedBy: 'tom', version: 2 },
      action: 'change.approved',
    })
    expect(decided(change, tom, rejected)).toMatchObject({ state: 'rejected', decisionReason: 'No' })
  })

  it('is never for its author, who may take it back though', () => {
    const author = { ...ada, decidesForOthers: true }
    expect(decideChange(change, { ...author, name: 'another' }, approved)).toBe('own')
    expect(decided(change, author, rejected).state).toBe('rejected')
    // A machine may have a client id that is somebody's user id.
    expect(decided(change, { ...author, kind: 'machine' }, approved).state).toBe('approved')
  })

  it('is for nobody else who may only take back what they have asked for', () => {
    const modest = { ...ada, decidesForOthers: false }
    expect(decided(change, modest, rejected).state).toBe('rejected')
    expect(decideChange(change, modest, approved)).toBe('own')
    for (const other of [{ id: 'user-3' }, { kind: 'machine' as const }]) {
      expect(decideChange(change, { ...modest, ...other }, rejected)).toBe('foreign')
      expect(decideChange(change, { ...modest, ...other }, approved)).toBe('foreign')
    }
  })

  it('happens once, and in time', () => {
    const closed = decided(change, tom, rejected)
    expect(decideChange(closed, tom, approved)).toBe('closed')
    expect(decideChange(closed, tom, expired)).toBe('closed')
    expect(decideChange(change, tom, { ...approved, now: NOW + WAITS_MS })).toBe('closed')
    expect(decided(change, tom, expired).state).toBe('expired')
    expect(stateAt(closed, NOW + WAITS_MS)).toBe('rejected')
  })
})

describe('a change as the API shows it', () => {
  it('has every field in the spelling of the API', () => {
    expect(changeView(decided(change, tom, rejected), NOW)).toEqual({
      id: '01ARYZ6S410000000000000000',
      kind: 'config',
      target: 'size',
      state: 'rejected',
      action: 'config.set',
      current: 5,
      proposed: 7,
      based_on: 3,
      reason: 'Because',
      watch: { check: 'database', minutes: 5 },
      requested_at: '2026-02-15T12:00:00.000Z',
      requested_by: 'ada',
      expires_at: '2026-02-22T12:00:00.000Z',
      decided_at: '2026-02-15T12:00:00.001Z',
      decided_by: 'tom',
      decision_reason: 'No',
      version: 2,
    })
  })

  it('says nothing that there is not, and shows that its time is up', () => {
    const removal = { ...change, proposed: undefined, reason: undefined, watch: undefined }
    const view = changeView(removal, NOW + WAITS_MS)
    expect(view.state).toBe('expired')
    for (const field of ['proposed', 'reason', 'watch', 'decided_at', 'decided_by', 'decision_reason']) {
      expect(view).not.toHaveProperty(field)
    }
  })

  it('is short where its target is shown', () => {
    expect(pendingView(change)).toEqual({
      id: '01ARYZ6S410000000000000000',
      action: 'config.set',
      proposed: 7,
      requested_at: '2026-02-15T12:00:00.000Z',
      requested_by: 'ada',
      expires_at: '2026-02-22T12:00:00.000Z',
    })
  })
})

describe('the message that a change waits', () => {
  it('says what is asked for, by whom, why and until when, and neither value', () => {
    expect(waitingMessage(change, 'Test')).toEqual({
      id: `${change.id}-info`,
      topic: 'info',
      subject: '[info] size waits for approval: asked for by ada',
      createdAt: NOW,
      attributes: { severity: 'info', component: 'midwatch', status: 'waiting', kind: 'config_change' },
      body: {
        version: 1,
        id: `${change.id}-info`,
        event: 'waiting',
        platform: 'Test',
        sent_at: '2026-02-15T12:00:00.000Z',
        dedup_key: change.id,
        change: {
          id: change.id,
          kind: 'config',
          target: 'size',
          action: 'config.set',
          reason: 'Because',
          requested_at: '2026-02-15T12:00:00.000Z',
          requested_by: 'ada',
          expires_at: '2026-02-22T12:00:00.000Z',
        },
      },
    })
  })

  it('has no reason where none was given', () => {
    const { reason: _reason, ...unexplained } = change
    expect(waitingMessage(unexplained, 'Test').body['change']).not.toHaveProperty('reason')
  })
})
