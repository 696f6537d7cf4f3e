import { PRIVATE_TARGETS } from '../shared/health/check.ts'
import type { Platform } from '../shared/platforms/define.ts'
import { settingsIn, unnamedUserPools } from './platform-targets.ts'
import type { SettingValue, Stage } from './stages.ts'

/** What was made for settings that the stage leaves open. */
interface Made {
  readonly tokens: { readonly userPoolId: string }
  /** By setting. */
  readonly canaryBuckets: ReadonlyMap<string, { readonly bucketName: string }>
}

/** A value that CloudFormation looks up while it deploys, so that it never stands in a template. */
function valueOf(value: SettingValue): string {
  if (typeof value === 'string') return value
  if ('parameter' in value) return `{{resolve:ssm:${value.parameter}}}`
  return `{{resolve:secretsmanager:${value.secret}:SecretString:${value.field}}}`
}

/**
 * The values of all settings that the platform names and this deployment has, and the list of private targets. The
 * others stay unset: their checks say that they are not configured.
 */
export function deployedSettings(
  platform: Platform,
  { settings }: Stage,
  made: Made,
): ReadonlyMap<string, string> {
  const pools = unnamedUserPools(platform, settings)
  const known = [...settingsIn(platform), PRIVATE_TARGETS]
  const unknown = Object.keys(settings).filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`The stage sets ${unknown.join(', ')}, which no check of ${platform.id} points at.`)
  const values = known.flatMap((name): [string, string][] => {
    const declared = settings[name]
    if (declared !== undefined) return [[name, valueOf(declared)]]
    const bucket = made.canaryBuckets.get(name)
    if (bucket !== undefined) return [[name, bucket.bucketName]]
    return pools.includes(name) ? [[name, made.tokens.userPoolId]] : []
  })
  return new Map(values)
}
