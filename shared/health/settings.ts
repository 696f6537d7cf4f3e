import type * as z from 'zod'
import { PRIVATE_TARGETS, Setting, type Check, type CheckKind, type TARGETS, type TargetOf } from './check.ts'

/** The part of a check that says what it points at. */
interface Targeted<K extends CheckKind> {
  readonly kind: K
  readonly target: z.output<(typeof TARGETS)[K]>
}

export type ResolvedTarget<K extends CheckKind> =
  | { readonly ok: true; readonly target: TargetOf<K> }
  | { readonly ok: false; readonly missing: string }

/**
 * Fills in the settings that a check's target names, e.g. `{ url: { setting: 'DATABASE_URL' } }`.
 * @param check a parsed check, or its `kind` and `target`
 * @param settings values by name, usually the environment; an empty value counts as missing
 * @returns the target, or the name of the first setting that is missing
 */
export function resolveTarget<K extends CheckKind>(
  check: Targeted<K>,
  settings: Readonly<Record<string, string | undefined>>,
): ResolvedTarget<K> {
  const resolved: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(check.target)) {
    const named = Setting.safeParse(value)
    const filled = named.success ? settings[named.data.setting] : value
    if (named.success && !filled) return { ok: false, missing: named.data.setting }
    resolved[field] = filled
  }
  const allowed = 'reachesPrivate' in resolved && isListed(authorityOf(resolved), settings[PRIVATE_TARGETS])
  return { ok: true, target: asTarget<K>(allowed ? { ...resolved, reachesPrivate: true } : resolved) }
}

/** The ports that addresses leave out. */
const IMPLIED_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'redis:': '6379',
  'rediss:': '6379',
}

function authorityOf({ url, host, port }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof host === 'string') return `${host}:${String(port)}`
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const address = new URL(url)
  return `${address.hostname}:${address.port || IMPLIED_PORTS[address.protocol]}`
}

const isListed = (authority: string | undefined, list = ''): boolean =>
  authority !== undefined && list.split(',').some((entry) => entry.trim() === authority)

/** Every field of a parsed target that could be a setting is text where it is none, so filling in text keeps its type. */
const asTarget = <K extends CheckKind>(resolved: Record<string, unknown>) => resolved as TargetOf<K>

/** The first setting that a check lacks, if any: then this deployment does not configure it. */
export function missingSetting(
  check: Check,
  settings: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const resolved = resolveTarget(check, settings)
  return resolved.ok ? undefined : resolved.missing
}
