import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { Table } from '../../../shared/kernel/table/table.ts'
import type { Item, Write } from '../../../shared/kernel/table/types.ts'
import { inRole } from '../../support/role.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const started = testTable(systemEffects)

/** It may read `check` and write `slow-request`, and do nothing with `flag` and `change`. */
const READER = 'health-http'

const put = (item: Item): Write => ({ kind: 'put', item, expect: { anything: true } })
const commit = (...writes: readonly Write[]) => started().table.commit(writes, systemEffects.id())
/** What comes of an attempt in the role. */
const refusalOf = (run: (table: Table) => Promise<unknown>): Promise<unknown> =>
  inRole(READER, () => run(started().table)).catch((error: unknown) => error)

describe('the role of a function', () => {
  it('allows what it declares, and its code gets what the table answers', async () => {
    await commit(put({ pk: 'CHECK#role', sk: 'STATE', status: 'healthy' }))
    const key = { pk: 'CHECK#role', sk: 'STATE' }
    expect(await inRole(READER, () => started().table.get(key))).toEqual({ status: 'healthy' })
    expect(await inRole(READER, () => started().table.getMany([key]))).toHaveLength(1)
  })

  it('refuses an item of another entity, and names the grant that is missing', async () => {
    const error = await refusalOf((table) => table.get({ pk: 'FLAG#ALL', sk: 'a' }))
    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: `${READER} is not authorized to perform this: its "uses" lack flag:read (dynamodb:GetItem).`,
    })
  })

  it('refuses to write what it may only read', async () => {
    const error = await refusalOf(() => commit(put({ pk: 'CHECK#role', sk: 'STATE' })))
    expect(error).toMatchObject({ message: expect.stringContaining('check:write (dynamodb:PutItem)') })
  })

  it('refuses a transaction for one of its parts, and nothing of it is written', async () => {
    const slow = { pk: 'SLOW#role', sk: 'ROW' }
    const parts = [
      put(slow),
      { kind: 'check', key: { pk: 'ALERT#a', sk: 'b' }, expect: { present: true } },
    ] as const
    const error = await refusalOf(() => commit(...parts))
    expect(error).toMatchObject({
      message: expect.stringContaining('alert:write (dynamodb:ConditionCheckItem)'),
    })
    expect(await started().table.get(slow)).toBeUndefined()
  })

  it('refuses a query of another entity, in an index too', async () => {
    const error = await refusalOf((table) =>
      table.query({ index: 'gsi1', partition: 'CHANGE#PENDING', limit: 1 }),
    )
    expect(error).toMatchObject({ message: expect.stringContaining('change:read (dynamodb:Query)') })
  })

  it('refuses a scan, which no grant allows', async () => {
    const error = await refusalOf(() => started().client.send(new ScanCommand({ TableName: TEST_TABLE })))
    expect(error).toMatchObject({ message: expect.stringContaining('no partition') })
  })

  it('shows a refusal that the code has swallowed', async () => {
    const error = await refusalOf((table) => table.get({ pk: 'FLAG#ALL', sk: 'a' }).catch(() => undefined))
    expect(error).toMatchObject({ name: 'AccessDeniedException' })
  })

  it('binds nobody outside of it', async () => {
    await inRole(READER, async () => undefined)
    expect(await started().table.get({ pk: 'FLAG#ALL', sk: 'a' })).toBeUndefined()
  })
})
