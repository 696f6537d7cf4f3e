import { describe, expect, it } from 'vitest'
import { Check, setting } from '../../../shared/health/check.ts'
import { missingSetting, resolveTarget } from '../../../shared/health/settings.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'

const postgres = { kind: 'postgres', target: { url: setting('DATABASE_URL'), iamAuth: true } } as const

describe('resolveTarget', () => {
  it('fills in the value of a setting and keeps everything else', () => {
    const resolved = resolveTarget(postgres, { DATABASE_URL: 'postgres://a@b/c', OTHER: 'x' })
    expect(resolved).toEqual({ ok: true, target: { url: 'postgres://a@b/c', iamAuth: true } })
  })

  it.each([{}, { DATABASE_URL: undefined }, { DATABASE_URL: '' }])(
    'names a missing setting: %o',
    (settings) => {
      expect(resolveTarget(postgres, settings)).toEqual({ ok: false, missing: 'DATABASE_URL' })
    },
  )

  it('leaves a target without settings as it is', () => {
    const target = { host: 'db.example', port: 5_432, reachesPrivate: false }
    expect(resolveTarget({ kind: 'tcp', target }, {})).toEqual({ ok: true, target })
  })

  it('takes a value that an answer must have for a value, not for a setting', () => {
    const target = { url: 'https://api.example', json: { path: 'a', equals: { setting: 'A' } } }
    const names = { id: 'api', name: 'API', component: 'api', runbook: 'docs/runbook.md' }
    const check = Check.parse({ ...names, severity: 'error', kind: 'http', target })
    expect(resolveTarget(check, {})).toEqual({ ok: true, target: check.target })
  })

  it('resolves every check of the default platform from its named settings', () => {
    const settings = {
      DATABASE_URL: 'postgres://a@b/c',
      AVATARS_BUCKET: 'avatars',
      BACKLOT_BUCKET: 'backlot',
      USER_POOL_ID: 'eu-central-1_abc',
      EXTERNAL_API_URL: 'https://api.example',
    }
    const targets = secondWatchNetwork.checks.map((check) => resolveTarget(check, settings))
    expect(targets.every((target) => target.ok)).toBe(true)
    expect(JSON.stringify(targets)).not.toContain('setting')
  })
})

describe('missingSetting', () => {
  it('names the first setting that a check lacks, and nothing when it has them all', () => {
    const [database] = secondWatchNetwork.checks
    const missing = [{}, { DATABASE_URL: 'postgres://a@b/c' }].map((settings) =>
      database ? missingSetting(database, settings) : 'no check',
    )
    expect(missing).toEqual(['DATABASE_URL', undefined])
  })
})
