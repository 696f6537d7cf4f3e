import { expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { rateLimitChecksContract } from '../../../shared/rate-limit-checks/contract.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf, machineClaims } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

async function check(rule: string, identifier: string) {
  const body = JSON.stringify({ checks: [{ rule, identifier }] })
  const claims = machineClaims('midwatch/limit')
  return bodyOf(await send(rateLimitChecksContract.checkRateLimits, { claims, body }))
}

it('a check without the table is answered by the rule, and says that it is degraded', async () => {
  expect(await check('api_heavy', 'before')).toMatchObject({ allowed: true, degraded: false })
  await started().faults.set({ down: true })
  const answers = [await check('api_heavy', 'other'), await check('public_endpoints', '203.0.113.77')]
  await started().faults.clear()
  expect(answers).toMatchObject([
    { allowed: true, degraded: true, checks: [{ reason: 'store_unavailable' }] },
    { allowed: true, degraded: true, checks: [{ reason: 'store_unavailable' }] },
  ])
})
