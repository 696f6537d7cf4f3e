import { describe, expect, it } from 'vitest'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import type { FlagClient } from '../../../shared/feature-flags/client.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { manualEffects } from '../../support/effects.ts'
import { agreeInTheEnd, disagreements } from '../../support/flag-agreement.ts'
import { callFlag, createFlag } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const ada = { targetingKey: 'ada' }

/** A container, and the second that passes before it asks again. */
function container() {
  const effects = manualEffects(systemEffects.now())
  const { flags } = secondWatchNetwork
  const client = flagClient({ table: started().table, flags, effects })
  const later = async (): Promise<FlagClient> => {
    effects.advance(2_100)
    await client.refresh()
    return client
  }
  return { client, later }
}

/** Overwrites the snapshot with what nobody can unpack; whether its hash fits or not. */
async function breakSnapshot(hash?: string): Promise<void> {
  const key = { pk: 'FLAGLIVE#SNAPSHOT', sk: 'CURRENT' }
  const stored = await started().table.get<{ readonly hash: string }>(key)
  const item = { ...key, hash: hash ?? stored?.hash, bytes: Buffer.from('rubbish') }
  await started().table.commit([{ kind: 'put', item, expect: { anything: true } }], systemEffects.id())
}

describe.each([
  ['of the right hash', undefined],
  ['of another hash', 'rubbish'],
])('a snapshot that is rubbish, %s', (name, hash) => {
  it('keeps no kill from a container that knew the flags before, nor from a new one', async () => {
    const key = `own-${name}`.replaceAll(' ', '-')
    await createFlag(key, { status: 'enabled' })
    const known = container()
    await known.later()
    expect(known.client.boolean(key, ada, false)).toBe(true)

    await breakSnapshot(hash)
    expect(await callFlag('enableFlag', 'killswitch_uploads')).toMatchObject({
      statusCode: 200,
      status: 'enabled',
    })
    expect(await callFlag('disableFlag', key)).toMatchObject({ statusCode: 200, status: 'disabled' })

    await known.later()
    expect(known.client.boolean('killswitch_uploads', ada, false)).toBe(true)
    expect(known.client.boolean(key, ada, true)).toBe(false)
    const fresh = await container().later()
    const killed = fresh.evaluate('killswitch_uploads', ada)
    expect(killed).toMatchObject({ value: true, reason: 'STALE' })
    expect(fresh.boolean(key, ada, true)).toBe(true)
  })

  it('is mended by the next save', async () => {
    expect(await callFlag('putFlag', 'enable_new_player', { body: { status: 'enabled' } })).toMatchObject({
      statusCode: 200,
    })
    const fresh = await container().later()
    expect(fresh.evaluate('enable_new_player', ada)).toMatchObject({ value: true, reason: 'STATIC' })
    expect(fresh.boolean('killswitch_uploads', ada, false)).toBe(true)
    expect(await callFlag('disableFlag', 'killswitch_uploads')).toMatchObject({ status: 'disabled' })
    expect(await disagreements(started().table)).toEqual([])
  })
})
