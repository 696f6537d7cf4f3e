import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { callFlag } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

/** Starts a service that evaluates a flag five times, and tells it to end. */
async function toldToEnd(flag: string, ...modes: readonly ('busy' | 'listens')[]) {
  const script = join(import.meta.dirname, '../../support/flags-process.ts')
  const service = spawn(process.execPath, [script, TEST_TABLE, flag, ...modes], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(service, 'exit')
  await once(service.stdout, 'data')
  service.kill('SIGTERM')
  return { ended, endInput: () => service.stdin.end(), output: text(service.stdout) }
}

const evaluationsOf = async (flag: string) => (await callFlag('getFlagStats', flag))['evaluations']

async function written(flag: string): Promise<void> {
  await expect.poll(() => evaluationsOf(flag), { timeout: 10_000 }).toBe(5)
}

it('what a process has counted is written before SIGTERM ends it, as it ends any other', async () => {
  const { ended } = await toldToEnd('enable_new_player')
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(await evaluationsOf('enable_new_player')).toBe(5)
})

it('a process that has more to do before it ends does all of it', async () => {
  const { ended, endInput, output } = await toldToEnd('enable_live_streaming', 'busy')
  await written('enable_live_streaming')
  endInput()
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(await output).toBe('done\n')
})

it('a process that listens for SIGTERM itself decides when it ends', async () => {
  const { ended, endInput } = await toldToEnd('beta_watch_parties', 'listens')
  await written('beta_watch_parties')
  endInput()
  expect(await ended).toEqual([7, null])
})
