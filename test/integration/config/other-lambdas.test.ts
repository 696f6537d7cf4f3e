import middy from '@middy/core'
import { beforeAll, expect, it } from 'vitest'
import type { ConfigClient } from '../../../shared/config/client.ts'
import { freshConfig } from '../../../shared/config/middleware.ts'
import { openConfig } from '../../../shared/config/open-config.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { put } from '../../support/config-routes.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { capturedOutput } from '../../support/output.ts'
import { inRole } from '../../support/role.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

/** The configuration of a Lambda of somebody else. */
let opened: ConfigClient | undefined
beforeAll(() => {
  opened = openConfig(TEST_TABLE, secondWatchNetwork.config)
})

it("any Lambda's handler sees a value that was set before it was invoked, and needs no other right", async () => {
  if (opened === undefined) throw new Error('There is no configuration yet.')
  const config = opened
  await put('max_upload_size_mb', { value: 700 })
  const upload = async ({ sizeMb }: { sizeMb: number }) =>
    sizeMb > config.number('max_upload_size_mb', 500) ? 'too large' : 'uploaded'
  const handler = middy(upload).use(freshConfig(config))
  // This function may read what containers keep at hand, and nothing else of the configuration.
  const invoke = (sizeMb: number) => inRole('public-config-http', () => handler({ sizeMb }, lambdaContext()))
  expect(await invoke(700)).toBe('uploaded')
  expect(await invoke(701)).toBe('too large')
  expect(config).toMatchObject({ isStale: false, version: 1 })
})
