import { expect, test } from 'vitest'
import { startExternalApi } from '../../../local/emulators/external-api.ts'
import { during } from './support.ts'

test('the stand-in for a third-party service answers ok at /status and 404 elsewhere', async () => {
  const { url } = await during(startExternalApi())
  const status = await fetch(`${url}/status`)
  expect([status.status, await status.json()]).toEqual([200, { status: 'ok' }])
  expect((await fetch(url)).status).toBe(404)
})
