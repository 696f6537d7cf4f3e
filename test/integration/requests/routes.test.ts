import { expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { requestsContract } from '../../../shared/requests/contract.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf, claimsOf, machineClaims } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

const report = (count: number, headers: Record<string, string> = {}) => {
  const newest = systemEffects.now()
  const requests = Array.from({ length: count }, (_, n) => ({
    at: new Date(newest - n).toISOString(),
    service: 'billing',
    route: `POST /invoices/${n}`,
    duration_ms: 2_000 + n,
    status: 201,
  }))
  const claims = machineClaims('midwatch/report')
  return send(requestsContract.reportSlowRequests, { claims, headers, body: JSON.stringify({ requests }) })
}
const countOf = (listed: Readonly<Record<string, unknown>>) => (listed['requests'] as unknown[]).length
const list = async (query: Record<string, string>) => {
  const result = await send(requestsContract.listSlowRequests, { claims: claimsOf('viewer'), query })
  return bodyOf(result)
}

it('a service reports up to 50 slow requests at once, and they are listed page by page', async () => {
  expect(bodyOf(await report(50))).toEqual({ accepted: 50 })
  const first = await list({ service: 'billing', min_ms: '2000', limit: '30' })
  expect(first['requests']).toHaveLength(30)
  const second = await list({
    service: 'billing',
    min_ms: '2000',
    limit: '30',
    cursor: String(first['next_cursor']),
  })
  expect(second['requests']).toHaveLength(20)
  expect(first['requests']).toMatchObject([
    { route: 'POST /invoices/0', duration_ms: 2_000, status: 201 },
    ...Array.from({ length: 29 }, () => ({})),
  ])
})

it('a report that is sent twice under one key counts once', async () => {
  const before = await list({ service: 'shop', limit: '200' })
  const headers = { 'idempotency-key': 'report-1' }
  const body = JSON.stringify({
    requests: [
      {
        at: new Date(systemEffects.now()).toISOString(),
        service: 'shop',
        route: '/once',
        duration_ms: 9_000,
        status: 200,
      },
    ],
  })
  const claims = machineClaims('midwatch/report')
  const results = [
    await send(requestsContract.reportSlowRequests, { claims, headers, body }),
    await send(requestsContract.reportSlowRequests, { claims, headers, body }),
  ]
  expect(results.map((result) => result.statusCode)).toEqual([202, 202])
  const after = await list({ service: 'shop', limit: '200' })
  expect(countOf(after)).toBe(countOf(before) + 1)
})
