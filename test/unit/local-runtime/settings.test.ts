import { describe, expect, test } from 'vitest'
import { readSettings } from '../../../local/settings.ts'

describe('the settings of the local runtime', () => {
  test('have defaults, for empty variables too', () => {
    const defaults = { PORT: 3000, MIDWATCH_DATA_DIR: '.midwatch', MIDWATCH_TICK_SECONDS: 10 }
    expect(readSettings({})).toEqual(defaults)
    expect(readSettings({ PORT: '', DATABASE_URL: '', HOME: '/home/ada' })).toEqual(defaults)
  })

  test.each([
    [{ PORT: '70000' }, 'PORT'],
    [{ MIDWATCH_TICK_SECONDS: '0' }, 'MIDWATCH_TICK_SECONDS'],
    [{ DATABASE_URL: 'mysql://localhost' }, 'DATABASE_URL'],
  ])('say which variable is wrong in %j', (source, name) => {
    expect(() => readSettings(source)).toThrow(new RegExp(`^The environment variable ${name} is wrong: `))
  })
})
