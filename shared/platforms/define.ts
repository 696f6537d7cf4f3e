import * as z from 'zod'
import { Entry } from '../config/entry.ts'
import { FlagBundle } from '../feature-flags/bundle.ts'
import { FlagDefinition } from '../feature-flags/flag-definition.ts'
import type { Flag } from '../feature-flags/flag.ts'
import { Check, Slug } from '../health/check.ts'
import { DEFAULT_RULES } from '../rate-limits/default-rules.ts'
import { RateLimitRule } from '../rate-limits/rule.ts'

/** A part of the platform that users know; what a status page lists. */
const Component = z.strictObject({
  id: Slug,
  name: z.string().min(1).max(80),
  description: z.string().max(200),
  /** How `GET /health/ready` names this component and speaks of it. Components without it do not decide readiness. */
  readiness: z
    .strictObject({ label: Slug, ready: z.string().min(1), notReady: z.string().min(1) })
    .optional(),
})
export type Component = z.output<typeof Component>

/** The default rules whose names a definition does not use, and its own. */
const withDefaultRules = (own: readonly RateLimitRule[]): RateLimitRule[] => {
  const names = new Set(own.map(({ name }) => name))
  const defaults = DEFAULT_RULES.filter(({ name }) => !names.has(name))
  return [...defaults.map((rule) => RateLimitRule.parse(rule)), ...own]
}

/** Every place where a definition names a flag: the list, the position in it, the key. */
const flagNames = ({
  flags,
  bundles,
}: {
  readonly flags: readonly Flag[]
  readonly bundles: readonly FlagBundle[]
}) => [
  ...flags.flatMap(({ prerequisites }, index) =>
    prerequisites.map(({ flag }) => ['flags', index, flag] as const),
  ),
  ...bundles.flatMap((bundle, index) => bundle.flags.map((key) => ['bundles', index, key] as const)),
]

const Platform = z
  .strictObject({
    id: Slug,
    name: z.string().min(1).max(80),
    version: z.string().min(1),
    components: z.array(Component).min(1),
    checks: z.array(Check).min(1).max(10_000),
    /** What callers may do how often; beside the default rules, or in place of those with the same names. */
    rateLimits: z.array(RateLimitRule).max(200).default([]),
    /** Feature flags and killswitches; what is stored of a flag wins. */
    flags: z.array(FlagDefinition).max(1_000).default([]),
    /** Switches that are thrown together in an emergency. */
    bundles: z.array(FlagBundle).max(50).default([]),
    /** Typed settings; what is stored of one wins. */
    config: z.array(Entry).max(200).default([]),
    /** Answers carry `X-RateLimit-Limit`, `-Remaining` and `-Reset` beside the standard headers. */
    legacyRateLimitHeaders: z.boolean().default(false),
    /** Requests slower than this are recorded, in milliseconds. */
    slowRequestMs: z.int().positive().default(1_000),
  })
  .superRefine((platform, context) => {
    const idsOf = {
      components: platform.components.map(({ id }) => id),
      checks: platform.checks.map(({ id }) => id),
      rateLimits: platform.rateLimits.map(({ name }) => name),
      flags: platform.flags.map(({ key }) => key),
      bundles: platform.bundles.map(({ name }) => name),
      config: platform.config.map(({ key }) => key),
    }
    for (const [list, ids] of Object.entries(idsOf)) {
      ids.forEach((id, index) => {
        if (ids.indexOf(id) === index) return
        context.addIssue({ code: 'custom', path: [list, index, 'id'], message: `"${id}" is used twice` })
      })
    }
    const components = new Set(platform.components.map((component) => component.id))
    platform.checks.forEach((check, index) => {
      if (components.has(check.component)) return
      context.addIssue({
        code: 'custom',
        path: ['checks', index, 'component'],
        message: `there is no component "${check.component}"`,
      })
    })
    const flags = new Set(platform.flags.map(({ key }) => key))
    for (const [list, index, key] of flagNames(platform)) {
      if (flags.has(key)) continue
      context.addIssue({ code: 'custom', path: [list, index], message: `there is no flag "${key}"` })
    }
  })
  .transform((platform) => ({ ...platform, rateLimits: withDefaultRules(platform.rateLimits) }))

/** The product being watched: its components, checks and rate limits. */
export type Platform = z.output<typeof Platform>

/**
 * Validates a platform definition and fills in its defaults.
 * @throws an error that lists each wrong field with its path
 */
export function definePlatform(definition: z.input<typeof Platform>): Platform {
  const parsed = Platform.safeParse(definition)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `  ${placeOf(definition, path)}: ${message}`)
  throw new Error(`The platform definition "${definition.id}" is wrong:\n${faults.join('\n')}`)
}

/** `checks.payments-api.target.url`: people know their checks by id, not by number. */
function placeOf({ components, checks }: z.input<typeof Platform>, path: readonly PropertyKey[]): string {
  const [list, index, ...field] = path
  const entries = list === 'checks' ? checks : components
  const id =
    typeof index === 'number' && (list === 'checks' || list === 'components') ? entries[index]?.id : index
  return [list, id ?? index, ...field]
    .filter((part) => part !== undefined)
    .map(String)
    .join('.')
}
