import { describe, expect, test } from 'vitest'
import { blockIndex, type Block } from '../../../shared/rate-limits/block.ts'
import { START_MS } from '../../support/effects.ts'

const blocked = (fields: Partial<Block>): Block => ({
  id: `${fields.scope ?? 'user'} ${fields.value ?? 'mallory'} ${fields.expiresAt ?? ''}`,
  scope: 'user',
  value: 'mallory',
  reason: 'scraping',
  createdAt: START_MS - 1_000,
  createdBy: 'ada',
  version: 1,
  ...fields,
})

describe('a block of an identifier', () => {
  const block = blocked({})
  const findBlock = blockIndex([block, blocked({ scope: 'organization', value: 'acme' })])

  test('is found under whatever else the caller is known by', () => {
    expect(findBlock({ user: 'mallory' }, undefined, START_MS)).toBe(block)
    expect(findBlock({ ip: '9.9.9.9', user: 'mallory', route: 'GET /' }, '9.9.9.9', START_MS)).toBe(block)
    expect(findBlock({ user: 'ada', organization: 'acme' }, undefined, START_MS)?.value).toBe('acme')
  })

  test('is nobody else’s', () => {
    expect(findBlock({ user: 'ada' }, undefined, START_MS)).toBeUndefined()
    expect(findBlock({ user: 'Mallory' }, undefined, START_MS)).toBeUndefined()
    expect(findBlock({}, undefined, START_MS)).toBeUndefined()
  })

  test('is not one of the same text in another scope', () => {
    expect(findBlock({ api_key: 'mallory', organization: 'mallory' }, undefined, START_MS)).toBeUndefined()
    expect(findBlock({ user: 'acme' }, undefined, START_MS)).toBeUndefined()
  })
})

describe('a block that has ended', () => {
  const ended = { expiresAt: START_MS }

  test('holds until then and no longer', () => {
    const findBlock = blockIndex([blocked(ended)])
    expect(findBlock({ user: 'mallory' }, undefined, START_MS - 1)).toBeDefined()
    expect(findBlock({ user: 'mallory' }, undefined, START_MS)).toBeUndefined()
  })

  test('hides no other one of the same caller, whichever was made first', () => {
    const lasting = blocked({ reason: 'lasting' })
    for (const blocks of [
      [blocked(ended), lasting],
      [lasting, blocked(ended)],
    ])
      expect(blockIndex(blocks)({ user: 'mallory' }, undefined, START_MS)).toBe(lasting)
  })

  test('hides no range around it', () => {
    const around = blocked({ scope: 'ip', value: '10.0.0.0/8' })
    for (const value of ['10.1.2.3', '10.1.0.0/16']) {
      const findBlock = blockIndex([blocked({ scope: 'ip', value, ...ended }), around])
      expect(findBlock({ ip: '10.1.2.3' }, '10.1.2.3', START_MS)).toBe(around)
    }
  })
})

describe('a block of addresses', () => {
  const findBlock = blockIndex([
    blocked({ scope: 'ip', value: '203.0.113.0/24' }),
    blocked({ scope: 'ip', value: '203.0.113.7' }),
    blocked({ scope: 'ip', value: '2001:db8::/32' }),
    blocked({ scope: 'ip', value: '2001:DB9:0:1::42' }),
    blocked({ scope: 'user', value: '198.51.100.1' }),
  ])
  const found = (ip: string) => findBlock({ ip }, ip, START_MS)?.value

  test('is found for each address in it, also where ranges overlap', () => {
    expect(found('203.0.113.7')).toBe('203.0.113.7')
    expect(found('203.0.113.8')).toBe('203.0.113.0/24')
    expect(found('203.0.114.8')).toBeUndefined()
  })

  test('is found for an IPv6 caller, who is known by its /64', () => {
    expect(found('2001:db8:1:2::/64')).toBe('2001:db8::/32')
    expect(found('2001:db9:0:1::/64')).toBe('2001:DB9:0:1::42')
    expect(found('2001:db9:0:2::/64')).toBeUndefined()
  })

  test('is found by the address of a caller that a rule counts by something else', () => {
    expect(findBlock({ user: 'ada' }, '203.0.113.8', START_MS)?.value).toBe('203.0.113.0/24')
    expect(findBlock({ user: 'ada' }, undefined, START_MS)).toBeUndefined()
  })

  test('is not one of a user whose name looks like an address', () => {
    expect(found('198.51.100.1')).toBeUndefined()
    expect(findBlock({ user: '198.51.100.1' }, undefined, START_MS)).toBeDefined()
  })

  test('that cannot be read as addresses is one of the identifier alone', () => {
    const odd = blockIndex([blocked({ scope: 'ip', value: 'unix socket' })])
    expect(odd({ ip: 'unix socket' }, 'unix socket', START_MS)).toBeDefined()
    expect(odd({ ip: '9.9.9.9' }, '9.9.9.9', START_MS)).toBeUndefined()
  })
})

test('without blocks nobody is blocked', () => {
  expect(blockIndex([])({ user: 'ada', ip: '9.9.9.9' }, '9.9.9.9', START_MS)).toBeUndefined()
})
