import { expect, test } from 'vitest'
import { tick } from '../../../functions/prober/tick.ts'
import { runBatch } from '../../../shared/prober/run-batch.ts'
import { readyChecks } from '../../../shared/prober/tick.ts'
import {
  answers,
  LAB_START,
  MINUTE_MS,
  openLab,
  refuses,
  tcpCheck,
  type Lab,
} from '../../support/prober-lab.ts'

/** What `POST …/check` does: a slot that begins now. */
function runByHand({ runner, platform, clock }: Lab, slot: number) {
  const due = readyChecks(platform, 'public', {}).map((ready) => ({ ...ready, slot }))
  return runBatch(runner, due, clock.now() + 26_000)
}

test.each([
  ['healthy', answers()],
  ['unhealthy', refuses],
])(
  'runs by hand during a tick all succeed, and the state counts each result once: %s',
  async (status, behaviour) => {
    const lab = await openLab({ checks: [tcpCheck('api')] })
    lab.target('api', behaviour)
    const event = { schedule: 'tick', scheduledAt: new Date(LAB_START).toISOString() }
    const works = [
      tick(event, lab.deps),
      runByHand(lab, LAB_START + 300),
      tick(event, lab.deps),
      runByHand(lab, LAB_START + 700),
    ]
    await lab.clock.drive(Promise.all(works))
    const [check] = await lab.items('CHECK#')
    const results = await lab.items('RESULT#')
    expect(check).toMatchObject({ version: results.length, state: { status, lastSlot: LAB_START + 700 } })
    expect(results.length).toBeGreaterThanOrEqual(1)
    expect(await lab.told()).toEqual(status === 'healthy' ? [] : ['firing>critical'])
  },
)

test('the tick after a run by hand counts as usual', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  await lab.tickAt(LAB_START)
  await lab.clock.drive(runByHand(lab, LAB_START + 30_000))
  await lab.tickAt(LAB_START + MINUTE_MS)
  expect(await lab.items('RESULT#')).toHaveLength(3)
})
