import { createServer, type RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { rateLimitClient, type RateLimitClientOptions } from '../../../shared/rate-limit-checks/client.ts'
import { manualEffects } from '../../support/effects.ts'
import { listen } from '../../support/loopback.ts'

const question = { rule: 'api_heavy', identifier: 'x' }
const never = () => new Promise<never>(() => undefined)
const failing = () => Promise.reject(new Error('No token to be had.'))

/** A client of a server that answers like this; its time is up when the clock is moved by a second. */
async function clientOf(answer: RequestListener, options: Partial<RateLimitClientOptions> = {}) {
  const asked = Promise.withResolvers<void>()
  const { port } = await listen(
    createServer((request, response) => {
      answer(request, response)
      asked.resolve()
    }),
  )
  const effects = manualEffects()
  const baseUrl = `http://127.0.0.1:${port}`
  const client = rateLimitClient({ baseUrl, token: () => 'token', timeoutMs: 1_000, effects, ...options })
  return { client, effects, asked: asked.promise }
}

const unanswered = { allowed: true, degraded: true, checks: [], headers: {} }

it('waits no longer for an answer whose end does not come than for one that does not begin', async () => {
  const { client, effects, asked } = await clientOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"allowed":')
  })
  const answer = client.check(question)
  await asked
  effects.advance(1_000)
  expect(await answer).toEqual(unanswered)
})

it('waits no longer for a token than for an answer', async () => {
  const { client, effects } = await clientOf(() => undefined, { token: never })
  const answer = client.check(question)
  effects.advance(1_000)
  expect(await answer).toEqual(unanswered)
})

it.each([
  ['a page', '<html>'],
  ['other JSON', '{"ok":true}'],
])('takes %s of something between for no answer', async (_what, text) => {
  const { client } = await clientOf((_, response) => void response.end(text))
  expect(await client.check(question)).toEqual(unanswered)
  expect(await client.refund('token')).toBe(false)
})

it('throws what the token throws: that is a mistake, and no outage of Midwatch', async () => {
  const { client } = await clientOf(() => undefined, { token: failing })
  await expect(client.check(question)).rejects.toThrow('No token to be had.')
})
