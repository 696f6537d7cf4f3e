import type { Check, CheckKind } from '../shared/health/check.ts'
import type { Platform } from '../shared/platforms/define.ts'
import type { Stage } from './stages.ts'

type CheckOf<K extends CheckKind> = Extract<Check, { kind: K }>

/** The platform's checks of one kind. */
export function checksOf<K extends CheckKind>(platform: Platform, kind: K): readonly CheckOf<K>[] {
  return platform.checks.filter((check): check is CheckOf<K> => check.kind === kind)
}

/** The names of the settings that the platform's checks point at, each once. */
export function settingsIn(platform: Platform): readonly string[] {
  const named = platform.checks.flatMap((check) =>
    Object.values(check.target).flatMap((value) =>
      typeof value === 'object' && value !== null && 'setting' in value ? [value.setting] : [],
    ),
  )
  return [...new Set(named)]
}

/** Settings that name a bucket to probe and that the stage leaves open: such a bucket is made, to hold the canary alone. */
export function unnamedBuckets(platform: Platform, settings: Stage['settings']): readonly string[] {
  const named = checksOf(platform, 's3').flatMap(({ target: { bucket } }) =>
    typeof bucket === 'string' ? [] : [bucket.setting],
  )
  return [...new Set(named)].filter((setting) => settings[setting] === undefined)
}

/** Settings that name a user pool to probe and that the stage leaves open: it is Midwatch's own. */
export function unnamedUserPools(platform: Platform, settings: Stage['settings']): readonly string[] {
  const named = checksOf(platform, 'cognito').flatMap(({ target: { userPoolId } }) =>
    typeof userPoolId === 'string' ? [] : [userPoolId.setting],
  )
  return [...new Set(named)].filter((setting) => settings[setting] === undefined)
}
