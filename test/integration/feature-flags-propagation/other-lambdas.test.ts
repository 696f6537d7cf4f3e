import middy from '@middy/core'
import { OpenFeature } from '@openfeature/server-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FlagClient } from '../../../shared/feature-flags/client.ts'
import { freshFlags } from '../../../shared/feature-flags/middleware.ts'
import { openFlags } from '../../../shared/feature-flags/open-flags.ts'
import { MidwatchProvider } from '../../../shared/feature-flags/openfeature-provider.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { answerOf, callFlag, callFlags } from '../../support/flag-routes.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

/** The flags of a Lambda of somebody else, and what it does when its environment ends. */
let opened: { readonly flags: FlagClient; readonly end: () => void } | undefined
beforeAll(() => {
  const before = new Set(process.listeners('SIGTERM'))
  const flags = openFlags(TEST_TABLE, secondWatchNetwork.flags)
  const added = process.listeners('SIGTERM').filter((listener) => !before.has(listener))
  const end = () => {
    for (const listener of added) listener('SIGTERM')
  }
  opened = { flags, end }
})
afterAll(() => OpenFeature.close())

function lambda() {
  if (opened === undefined) throw new Error('There are no flags yet.')
  return opened
}

async function countedVariants(key: string): Promise<unknown> {
  const { variants } = await answerOf(callFlags('getFlagStats', { params: { key }, query: { hours: '24' } }))
  return variants
}

it("any Lambda's handler sees a switch that was thrown before it was invoked, and counts what it asks", async () => {
  const { flags } = lambda()
  await callFlag('enableFlag', 'killswitch_uploads')
  const upload = async ({ userId }: { userId: string }) =>
    flags.boolean('killswitch_uploads', { targetingKey: userId }, false) ? 'uploads are off' : 'uploaded'
  const handler = middy(upload).use(freshFlags(flags))
  expect(await handler({ userId: 'ada' }, lambdaContext())).toBe('uploads are off')
  expect(await countedVariants('killswitch_uploads')).toMatchObject([{ variant: 'on', evaluations: 1 }])
})

it('what was counted since the last write is written when the environment ends', async () => {
  const { flags, end } = lambda()
  for (let n = 0; n < 5; n += 1) flags.boolean('enable_new_player', { targetingKey: 'ada' }, false)
  end()
  await expect
    .poll(() => countedVariants('enable_new_player'), { timeout: 10_000 })
    .toMatchObject([{ variant: 'off', evaluations: 5 }])
})

it('the OpenFeature SDK of servers sees the same', async () => {
  const { flags } = lambda()
  await OpenFeature.setProviderAndWait(new MidwatchProvider(flags))
  const features = OpenFeature.getClient()
  const isOff = await features.getBooleanValue('killswitch_uploads', false, { targetingKey: 'ada' })
  expect(isOff).toBe(true)
})
