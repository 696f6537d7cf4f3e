import { expect, test } from 'vitest'
import { LAB_START, MINUTE_MS, openLab, refuses, tcpCheck } from '../../support/prober-lab.ts'

const countsOf = (items: readonly { pk: string }[]) => {
  const counts: Record<string, number> = {}
  for (const { pk } of items) {
    const entity = pk.slice(0, pk.indexOf('#'))
    counts[entity] = (counts[entity] ?? 0) + 1
  }
  return counts
}

const ONCE = { CHECK: 1, RESULT: 1, ALERT: 1, AUDIT: 1, OUTBOX: 1, PROBER: 1 }

test('an invocation that is retried counts its slot once', async () => {
  const lab = await openLab({ checks: [tcpCheck('api')] })
  lab.target('api', refuses)
  await lab.tickAt(LAB_START)
  const first = await lab.items()
  expect(countsOf(first)).toEqual(ONCE)
  await lab.tickAt(LAB_START)
  expect(await lab.items()).toEqual(first)
  await lab.tickAt(LAB_START + MINUTE_MS)
  expect(countsOf(await lab.items())).toEqual({ ...ONCE, RESULT: 2 })
})
