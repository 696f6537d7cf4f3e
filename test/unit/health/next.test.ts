import { describe, expect, test } from 'vitest'
import { SEVERITIES } from '../../../shared/health/check.ts'
import {
  type CheckState,
  type HealthEvent,
  next,
  type Observation,
  type Policy,
  RECOVERIES,
  unknownAfterMs,
  visibleStatus,
} from '../../../shared/health/next.ts'

const SLOT_MS = 60_000
const policy: Policy = {
  severity: 'critical',
  thresholds: { normalBelowMs: 100, degradedAboveMs: 800 },
  recoveries: RECOVERIES,
}

/** One letter a slot: Fast, Between the thresholds, Slow, Down (failed), ? inconclusive. */
const LETTERS = {
  F: { grade: 'good', latencyMs: 20 },
  B: { grade: 'good', latencyMs: 400 },
  S: { grade: 'slow', latencyMs: 900 },
  D: { grade: 'failed', latencyMs: 5_000 },
  '?': { grade: 'inconclusive', latencyMs: 1 },
} as const
type Letter = keyof typeof LETTERS
const isLetter = (text: string): text is Letter => text in LETTERS

function observation(slotNumber: number, letter: Letter): Observation {
  const slot = slotNumber * SLOT_MS
  return { slot, at: slot + 700, message: `Saw ${letter}.`, ...LETTERS[letter] }
}

function say(event: HealthEvent): string {
  switch (event.kind) {
    case 'status_changed':
      return `${event.from}>${event.to}`
    case 'attention':
      return `attention:${event.status}:${event.severity}`
    case 'flapping_ended':
      return `flapping_ended:${event.status}`
    case 'recovered':
    case 'flapping_started':
      return event.kind
    default:
      return event satisfies never
  }
}

/** Runs one slot a letter. `events` holds, for every slot in which something happened, its number and what happened. */
function run(letters: string, withPolicy: Policy = policy) {
  const events: string[] = []
  let { state } = next(undefined, observation(0, '?'), withPolicy)
  for (const [slotNumber, letter] of letters.split('').filter(isLetter).entries()) {
    const decision = next(state, observation(slotNumber, letter), withPolicy)
    state = decision.state
    if (decision.events.length > 0) events.push(`${slotNumber} ${decision.events.map(say).join(' ')}`)
  }
  return { state, events }
}

describe('the first observation', () => {
  test('a good one makes the check healthy and tells nobody', () => {
    const decision = next(undefined, { ...observation(3, 'F'), measurements: { connections: 4 } }, policy)
    expect(decision).toEqual({
      state: {
        status: 'healthy',
        since: 3 * SLOT_MS + 700,
        lastSlot: 3 * SLOT_MS,
        checkedAt: 3 * SLOT_MS + 700,
        goodStreak: 0,
        history: ['healthy'],
        flapping: false,
        announced: 'healthy',
        latencyMs: 20,
        message: 'Saw F.',
        measurements: { connections: 4 },
      },
      events: [],
    })
  })

  test('an answer between the thresholds is good enough to begin with', () => {
    expect(run('B').state.status).toBe('healthy')
  })

  test('a failed one makes it unhealthy and raises attention, without a change from nothing', () => {
    expect(run('D')).toMatchObject({
      state: { status: 'unhealthy' },
      events: ['0 attention:unhealthy:critical'],
    })
  })

  test('a slow one makes it degraded and raises attention', () => {
    expect(run('S')).toMatchObject({
      state: { status: 'degraded' },
      events: ['0 attention:degraded:warning'],
    })
  })

  test('an inconclusive one leaves the check never observed', () => {
    const { state, events } = next(undefined, observation(5, '?'), policy)
    expect(state).toMatchObject({ status: undefined, history: [], announced: 'healthy', message: 'Saw ?.' })
    expect(events).toEqual([])
    expect(next(state, observation(5, 'F'), policy).state.status).toBe('healthy')
  })

  test('the slot at the epoch itself counts', () => {
    expect(next(undefined, observation(0, 'D'), policy).state.status).toBe('unhealthy')
  })
})

describe('getting worse', () => {
  test('a confirmed failure is told in its own slot', () => {
    expect(run('FFD').events).toEqual(['2 healthy>unhealthy attention:unhealthy:critical'])
  })

  test('an outage is told once, however long it lasts', () => {
    expect(run('FDDDDDDDD').events).toHaveLength(1)
  })

  test('a degraded check that fails raises attention again, with the raised severity', () => {
    expect(run('FSD').events).toEqual([
      '1 healthy>degraded attention:degraded:warning',
      '2 degraded>unhealthy attention:unhealthy:critical',
    ])
  })

  test.each(SEVERITIES)(
    'an unhealthy check of severity %s keeps it; a degraded one is at most a warning',
    (severity) => {
      const degraded = severity === 'info' ? 'info' : 'warning'
      expect(run('FD', { ...policy, severity }).events).toEqual([
        `1 healthy>unhealthy attention:unhealthy:${severity}`,
      ])
      expect(run('FS', { ...policy, severity }).events).toEqual([
        `1 healthy>degraded attention:degraded:${degraded}`,
      ])
    },
  )
})

describe('recovering from unhealthy', () => {
  test('takes two good slots in a row', () => {
    expect(run('FDFF').events.at(-1)).toBe('3 unhealthy>healthy recovered')
    expect(run('FDF').state).toMatchObject({ status: 'unhealthy', goodStreak: 1 })
  })

  test('starts again after another failure', () => {
    expect(run('FDFDF').state.status).toBe('unhealthy')
    expect(run('FDFDFF').events).toHaveLength(2)
  })

  test('an answer between the thresholds counts as good', () => {
    expect(run('FDBB').state.status).toBe('healthy')
  })

  test('a slow answer counts, but lands on degraded, which changes the status and pages nobody', () => {
    expect(run('FDFS')).toMatchObject({
      state: { status: 'degraded', announced: 'degraded', goodStreak: 0 },
      events: ['1 healthy>unhealthy attention:unhealthy:critical', '3 unhealthy>degraded'],
    })
  })

  test('the last of the good answers decides where it lands', () => {
    expect(run('FDSF').state.status).toBe('healthy')
    expect(run('FDSS').state.status).toBe('degraded')
  })

  test('by way of degraded is told once it is over', () => {
    expect(run('FDSSFF').events).toEqual([
      '1 healthy>unhealthy attention:unhealthy:critical',
      '3 unhealthy>degraded',
      '5 degraded>healthy recovered',
    ])
  })

  test('a relapse after a partial recovery raises attention again', () => {
    expect(run('FDSSD').events.at(-1)).toBe('4 degraded>unhealthy attention:unhealthy:critical')
  })

  test('one good slot is enough for a policy that says so', () => {
    expect(run('FDF', { ...policy, recoveries: 1 }).state.status).toBe('healthy')
  })
})

describe('recovering from degraded', () => {
  test('takes two answers in a row below the lower threshold', () => {
    expect(run('FSFF').events.at(-1)).toBe('3 degraded>healthy recovered')
    expect(run('FSF').state.status).toBe('degraded')
  })

  test('answers between the thresholds keep the status and start the count again', () => {
    expect(run('FBBBB').state.status).toBe('healthy')
    expect(run('FSBBBB').state.status).toBe('degraded')
    expect(run('FSFBF').state).toMatchObject({ status: 'degraded', goodStreak: 1 })
  })

  test('another slow answer starts the count again', () => {
    expect(run('FSFSF').state.status).toBe('degraded')
  })

  test('exactly the lower threshold is not below it', () => {
    const { state } = run('FSF')
    const exactly = { ...observation(9, 'F'), latencyMs: 100 }
    expect(next(state, exactly, policy).state).toMatchObject({ status: 'degraded', goodStreak: 0 })
  })

  test('a slow verdict never counts as fast, whatever latency comes with it', () => {
    const { state } = run('FS')
    const odd = { ...observation(9, 'S'), latencyMs: 20 }
    expect(next(state, odd, policy).state).toMatchObject({ status: 'degraded', goodStreak: 0 })
  })

  test('when the thresholds were removed meanwhile, every good answer counts', () => {
    const { state } = run('FS')
    const plain: Policy = { severity: 'critical', recoveries: 2 }
    const once = next(state, observation(10, 'B'), plain)
    expect(next(once.state, observation(11, 'B'), plain).state.status).toBe('healthy')
  })
})

describe('what does not count', () => {
  test('an observation of a slot that was counted returns the very same state and no events', () => {
    const { state } = run('FFD')
    expect(next(state, observation(2, 'F'), policy)).toEqual({ state, events: [] })
    expect(next(state, observation(2, 'F'), policy).state).toBe(state)
  })

  test('an observation of an older slot returns the very same state', () => {
    const { state } = run('FFD')
    expect(next(state, observation(1, 'F'), policy).state).toBe(state)
  })

  test('an inconclusive observation returns the very same state, and its slot can still be counted', () => {
    const { state } = run('FDF')
    expect(next(state, observation(3, '?'), policy).state).toBe(state)
    expect(next(state, observation(3, 'F'), policy).events.map(say)).toContain('recovered')
  })

  test('inconclusive slots in between do not break a row of good ones', () => {
    expect(run('FDF??F').state.status).toBe('healthy')
  })
})

describe('what is kept', () => {
  test('since is when the status began, checkedAt when it was last observed', () => {
    expect(run('FFDDD').state).toMatchObject({ since: 2 * SLOT_MS + 700, checkedAt: 4 * SLOT_MS + 700 })
  })

  test('measurements and message are those of the newest observation', () => {
    const measured = next(undefined, { ...observation(0, 'F'), measurements: { depth: 3 } }, policy)
    const { state } = next(measured.state, observation(1, 'D'), policy)
    expect(state).not.toHaveProperty('measurements')
    expect(state).toMatchObject({ message: 'Saw D.', latencyMs: 5_000 })
  })

  test('history holds the last 21 statuses', () => {
    expect(run('D'.repeat(10) + 'F'.repeat(30)).state.history).toEqual(
      Array.from({ length: 21 }, () => 'healthy'),
    )
  })
})

describe('flapping', () => {
  const restless = 'FDFFDFFDFF'

  test('is told once, and no attention or recovery after it; the record of changes goes on', () => {
    expect(run(`${restless}DFFDFF`).events).toEqual([
      '1 healthy>unhealthy attention:unhealthy:critical',
      '3 unhealthy>healthy recovered',
      '4 healthy>unhealthy attention:unhealthy:critical',
      '6 unhealthy>healthy recovered',
      '7 healthy>unhealthy attention:unhealthy:critical',
      '9 unhealthy>healthy flapping_started',
      '10 healthy>unhealthy',
      '12 unhealthy>healthy',
      '13 healthy>unhealthy',
      '15 unhealthy>healthy',
    ])
  })

  test('that ends healthy after attention tells the recovery that was held', () => {
    const { state, events } = run(restless + 'F'.repeat(30))
    expect(events.at(-1)).toMatch(/^\d+ flapping_ended:healthy recovered$/)
    expect(state).toMatchObject({ status: 'healthy', announced: 'healthy', flapping: false })
  })

  test('that ends unhealthy as it was announced says only that it ended', () => {
    expect(run(`${restless}${'D'.repeat(30)}`).events.at(-1)).toMatch(/^\d+ flapping_ended:unhealthy$/)
  })

  test('that ends unhealthy after a recovery was told tells the outage that was held', () => {
    const { state, events } = run(`DFDFDFD${'D'.repeat(30)}`, { ...policy, recoveries: 1 })
    expect(events.slice(-2)).toEqual([
      '6 healthy>unhealthy flapping_started',
      expect.stringMatching(/^\d+ flapping_ended:unhealthy attention:unhealthy:critical$/),
    ])
    expect(state).toMatchObject({ status: 'unhealthy', announced: 'unhealthy', flapping: false })
  })

  test('that ends degraded after an outage was announced says so', () => {
    const { state, events } = run(`${restless}${'S'.repeat(30)}`)
    expect(events.at(-1)).toMatch(/^\d+ flapping_ended:degraded attention:degraded:warning$/)
    expect(state).toMatchObject({ status: 'degraded', announced: 'degraded', flapping: false })
  })
})

describe('the status that readers see', () => {
  const checkedAt = 700
  const seenAfter = (elapsedMs: number, state: CheckState | undefined = run('F').state) =>
    visibleStatus(state, SLOT_MS, checkedAt + elapsedMs)

  test('is unknown before the first observation and after one that said nothing', () => {
    expect(visibleStatus(undefined, SLOT_MS, 0)).toBe('unknown')
    expect(seenAfter(0, run('?').state)).toBe('unknown')
  })

  test('is believed for exactly three intervals after it was observed, and then unknown', () => {
    expect(unknownAfterMs(SLOT_MS)).toBe(180_000)
    expect(seenAfter(180_000)).toBe('healthy')
    expect(seenAfter(180_001)).toBe('unknown')
  })

  test('is believed when the reader’s clock is behind the prober’s', () => {
    expect(seenAfter(-5_000)).toBe('healthy')
  })

  test('becomes unknown while observations are inconclusive, and is back with the next conclusive one', () => {
    const { state } = run('D???')
    expect(seenAfter(200_000, state)).toBe('unknown')
    expect(seenAfter(240_000, next(state, observation(4, 'D'), policy).state)).toBe('unhealthy')
  })
})
