import { describe, expect, it } from 'vitest'
import { FlagFields, flagOf } from '../../../shared/feature-flags/flag.ts'
import { packFlag, unpackFlag } from '../../../shared/feature-flags/packed-flag.ts'

const live = (fields: object) => {
  const {
    description: _d,
    owner: _o,
    tags: _t,
    expires: _e,
    approval: _a,
    ...flag
  } = flagOf('packed', FlagFields.parse(fields))
  return flag
}

describe('a packed flag', () => {
  it('holds nothing but its key when it is as most flags are', () => {
    expect(packFlag(live({}))).toEqual({ key: 'packed' })
  })

  it.each([
    {},
    { category: 'killswitch', public: true },
    { type: 'string', variants: { a: 'x', b: 'y' }, on: 'a', off: 'b', status: 'enabled' },
    { status: 'percentage', percentage: 12.5, bucketing: { hash: 'murmur3', salt: 'old' } },
    { variants: { off: false, on: true } },
    {
      status: 'targeted',
      targets: [{ type: 'user', value: 'ada' }],
      rules: [{ when: [{ attribute: 'plan', operator: 'in', values: ['pro'] }], variant: 'on' }],
      prerequisites: [{ flag: 'other', variant: 'on' }],
      schedule: { from: '2026-02-15T00:00:00Z' },
    },
  ])('unpacks to the same flag: %j', (fields) => {
    const flag = live(fields)
    expect(unpackFlag(JSON.parse(JSON.stringify(packFlag(flag))))).toEqual(flag)
  })
})
