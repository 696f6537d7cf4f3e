import middy from '@middy/core'
import { OpenFeature } from '@openfeature/server-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FlagClient } from '../../../shared/feature-flags/client.ts'
import { freshFlags } from '../../../shared/feature-flags/middleware.ts'
import { openFlags } from '../../../shared/feature-flags/open-flags.ts'
import { MidwatchProvider } from '../../../shared/feature-flags/openfeature-provider.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { callFlag } from '../../support/flag-routes.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

/** The flags of a Lambda of somebody else. */
let opened: FlagClient | undefined
beforeAll(() => {
  opened = openFlags(TEST_TABLE, secondWatchNetwork.flags)
})
afterAll(() => OpenFeature.close())

function lambda() {
  if (opened === undefined) throw new Error('There are no flags yet.')
  return opened
}

it("any Lambda's handler sees a switch that was thrown before it was invoked, and counts what it asks", async () => {
  const flags = lambda()
  await callFlag('enableFlag', 'killswitch_uploads')
  const upload = async ({ userId }: { userId: string }) =>
    flags.boolean('killswitch_uploads', { targetingKey: userId }, false) ? 'uploads are off' : 'uploaded'
  const handler = middy(upload).use(freshFlags(flags))
  expect(await handler({ userId: 'ada' }, lambdaContext())).toBe('uploads are off')
  expect(await callFlag('getFlagStats', 'killswitch_uploads')).toMatchObject({
    variants: [{ variant: 'on', evaluations: 1 }],
  })
})

it('the OpenFeature SDK of servers sees the same', async () => {
  await OpenFeature.setProviderAndWait(new MidwatchProvider(lambda()))
  const features = OpenFeature.getClient()
  const isOff = await features.getBooleanValue('killswitch_uploads', false, { targetingKey: 'ada' })
  expect(isOff).toBe(true)
})
