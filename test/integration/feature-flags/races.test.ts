import { beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd, disagreements, flagEvents } from '../../support/flag-agreement.ts'
import { callFlag, createFlag, type Answered } from '../../support/flag-routes.ts'
import { claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const WRITERS = 20
const FLAGS = ['race-a', 'race-b', 'race-c', 'race-d', 'race-e'] as const

beforeAll(async () => {
  for (const key of FLAGS) await createFlag(key)
}, 60_000)

agreeInTheEnd(started)

/** An administrator of this name: rate limits are not what is tested here. */
const named = (name: string) => ({ ...claimsOf('admin'), sub: name, username: name })

/** Runs so many jobs, as many at once as there are writers. */
async function byWriters(jobs: number, job: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < jobs) {
      const n = next
      next += 1
      await job(n)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, work))
}

const countOf = (answers: readonly Answered[], status: number) =>
  answers.filter(({ statusCode }) => statusCode === status).length

describe('1,000 PUTs of people who have read the flag, 20 at once', () => {
  it('lose no update: each acknowledged one is in the history once, and everybody else hears of the conflict', async () => {
    const answers: Answered[] = []
    const acknowledged: string[] = []
    await byWriters(1_000, async (n) => {
      const key = FLAGS[n % FLAGS.length] ?? FLAGS[0]
      const claims = named(`writer-${n}`)
      const read = await callFlag('getFlag', key, { claims })
      const headers = { 'if-match': `"${Number(read['version'])}"` }
      const body = { description: `${key} ${n} after ${String(read['version'])}` }
      const answer = await callFlag('putFlag', key, { claims, headers, body })
      answers.push(answer)
      if (answer.statusCode === 200) acknowledged.push(`${String(answer['version'])} ${body.description}`)
    })
    expect(countOf(answers, 200) + countOf(answers, 412) + countOf(answers, 409)).toBe(1_000)
    expect(countOf(answers, 200)).toBe(acknowledged.length)
    const histories = await Promise.all(FLAGS.map((key) => flagEvents(started().table, key)))
    const told = histories.flatMap((events) =>
      events
        .slice(1)
        .map(({ seq, after }) => `${seq} ${String({ description: '', ...Object(after) }.description)}`),
    )
    expect(told.toSorted()).toEqual(acknowledged.toSorted())
    for (const line of told) {
      const [, version, before] = /^(\d+) .* after (\d+)$/.exec(line) ?? []
      // What was written was decided on exactly the version before it.
      expect(Number(version)).toBe(Number(before) + 1)
    }
  }, 300_000)
})

describe('switches that are thrown while others save', () => {
  it('are all acknowledged, and every container sees what is stored', async () => {
    const answers: Answered[] = []
    await byWriters(120, async (n) => {
      const claims = named(`thrower-${n}`)
      const key = n % 2 === 0 ? 'killswitch_uploads' : 'race-a'
      const calls = [
        () => callFlag('enableFlag', key, { claims }),
        () => callFlag('disableFlag', key, { claims }),
        () =>
          callFlag('putFlag', FLAGS[n % FLAGS.length] ?? key, { claims, body: { description: String(n) } }),
      ]
      const answer = await calls[n % calls.length]?.()
      if (answer !== undefined) answers.push(answer)
    })
    expect(answers).toHaveLength(120)
    expect(countOf(answers, 200) + countOf(answers, 409)).toBe(120)
    expect(countOf(answers, 409)).toBeLessThanOrEqual(6)
    expect(await disagreements(started().table)).toEqual([])
  }, 300_000)
})
