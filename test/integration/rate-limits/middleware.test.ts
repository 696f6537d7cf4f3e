import middy from '@middy/core'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { beforeAll, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { HttpEvent } from '../../../shared/kernel/http/exchange.ts'
import type { Limiter } from '../../../shared/rate-limits/limiter.ts'
import { rateLimit } from '../../../shared/rate-limits/middleware.ts'
import { openLimiter } from '../../../shared/rate-limits/open-limiter.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { bodyOf, httpEvent } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const uploads = RateLimitRule.parse({
  name: 'uploads',
  scope: 'user',
  windows: [{ limit: 2, windowSeconds: 3_600 }],
  exemptRoles: ['filmmaker'],
})
let limiter: Limiter | undefined
beforeAll(async () => {
  limiter = await openLimiter({
    table: started().table,
    tableName: TEST_TABLE,
    rules: [uploads],
    effects: systemEffects,
    budgetMs: 5_000,
  })
})

/** A Lambda of somebody else, limited by three lines. */
function uploadHandler(legacyHeaders = false) {
  if (limiter === undefined) throw new Error('There is no limiter yet.')
  let uploaded = 0
  const upload = async (): Promise<APIGatewayProxyStructuredResultV2> => ({
    statusCode: 201,
    headers: { 'x-uploads': String((uploaded += 1)) },
  })
  return middy(upload).use(
    rateLimit<HttpEvent>({
      limiter,
      rule: 'uploads',
      identify: ({ headers }) => ({
        identifier: headers['x-user'] ?? '',
        roles: headers['x-role'] === undefined ? [] : [headers['x-role']],
      }),
      legacyHeaders,
      now: systemEffects.now,
    }),
  )
}
const upload = (headers: Record<string, string>, handler = uploadHandler()) =>
  handler(httpEvent({ routeKey: 'POST /uploads', headers }), lambdaContext())

it("limits any Lambda's callers, and tells them where they stand", async () => {
  const handler = uploadHandler()
  const answers = []
  for (let sent = 0; sent < 3; sent += 1) answers.push(await upload({ 'x-user': 'ada' }, handler))
  expect(answers).toMatchObject([
    { statusCode: 201, headers: { 'x-uploads': '1', ratelimit: expect.stringContaining('"uploads";r=1;') } },
    { statusCode: 201, headers: { 'x-uploads': '2', ratelimit: expect.stringContaining('"uploads";r=0;') } },
    { statusCode: 429, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } },
  ])
  expect(bodyOf(answers[2] ?? {})).toMatchObject({ code: 'rate_limited', 'violated-policies': ['uploads'] })
})

it('lets those through whom the rule does not count', async () => {
  for (let sent = 0; sent < 4; sent += 1) {
    expect(await upload({ 'x-user': 'greta', 'x-role': 'filmmaker' })).toMatchObject({ statusCode: 201 })
  }
})

it('speaks the older headers too, where that is asked for', async () => {
  const { headers } = await upload({ 'x-user': 'otto' }, uploadHandler(true))
  expect(headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
})

it('refuses a caller that it cannot tell from others', async () => {
  await expect(upload({ 'x-user': '' })).rejects.toMatchObject({ code: 'invalid_input' })
})
