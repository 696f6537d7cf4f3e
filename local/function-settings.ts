import type { Check } from '../shared/health/check.ts'
import { PRIVATE_TARGETS } from '../shared/health/check.ts'

const DEFAULT_PLATFORM = 'second-watch-network'

/** Settings that the runtime itself puts in front of the functions: the database stands behind a fault proxy. */
const OWN = new Set(['DATABASE_URL'])

const namedBy = ({ target }: Check): readonly string[] =>
  Object.values(target).flatMap((value) =>
    typeof value === 'object' && value !== null && 'setting' in value ? [value.setting] : [],
  )

/**
 * What the functions are told from the environment of `npm start`: which platform is watched, the settings that its
 * definition names, and which private targets its checks may reach.
 * @throws one sentence when there is no such platform, or every fault of its definition
 */
export async function functionSettings(
  source: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  // Evaluated here, so that a wrong definition is an error of this function and not of the process.
  const { platformNamed } = await import('../shared/platforms/index.ts')
  const platform = platformNamed(source['MIDWATCH_PLATFORM'] || DEFAULT_PLATFORM)
  const names = ['MIDWATCH_PLATFORM', PRIVATE_TARGETS, ...platform.checks.flatMap(namedBy)]
  const given = names.flatMap((name) =>
    source[name] && !OWN.has(name) ? [[name, source[name]] as const] : [],
  )
  return Object.fromEntries(given)
}
