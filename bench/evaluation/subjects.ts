import { GrowthBookClient } from '@growthbook/growthbook'
import { FlagdCore } from '@openfeature/flagd-core'
import { Unleash } from 'unleash-client'
import { compileFlag } from '../../shared/feature-flags/compile.ts'
import { evaluate } from '../../shared/feature-flags/evaluate.ts'
import { isError } from '../../shared/feature-flags/evaluation.ts'
import { FlagFields, flagOf, type LiveFlag } from '../../shared/feature-flags/flag.ts'
import type * as z from 'zod'

/** A boolean flag of each kind: a quarter of all, those of two countries, everybody. */
export const JOBS = ['percentage', 'targeted', 'static'] as const
export type Job = (typeof JOBS)[number]

/** Evaluates the flag of a job for everybody; says how many have it. */
export type Subject = (job: Job) => number

export const SUBJECTS = ['midwatch', 'flagd-core', 'unleash', 'growthbook'] as const
export type SubjectName = (typeof SUBJECTS)[number]

const COUNTRIES = ['DE', 'FR']
const PERCENT = 25

const countryOf = (index: number): string => (index % 2 === 0 ? 'DE' : 'US')

/** A flag as the API takes it. */
export const flagWith = (key: string, fields: z.input<typeof FlagFields>): LiveFlag =>
  flagOf(key, FlagFields.parse(fields))

export const OWN_FLAGS = new Map(
  [
    flagWith('percentage', { status: 'percentage', percentage: PERCENT }),
    flagWith('targeted', {
      status: 'targeted',
      rules: [{ when: [{ attribute: 'country', operator: 'in', values: COUNTRIES }], variant: 'on' }],
    }),
    flagWith('static', { status: 'enabled' }),
  ].map((flag) => [flag.key, compileFlag(flag, false)]),
)

/** The clock is not asked: no flag has a schedule. */
export const NOW = () => 0

export const contextsOf = (ids: readonly string[]) =>
  ids.map((targetingKey, index) => ({ targetingKey, country: countryOf(index) }))

function midwatch(ids: readonly string[]): Subject {
  const contexts = contextsOf(ids)
  return (job) => {
    let having = 0
    for (const context of contexts) {
      const evaluation = evaluate(OWN_FLAGS, job, context, NOW)
      if (!isError(evaluation) && evaluation.value === true) having += 1
    }
    return having
  }
}

const SILENT = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

const flagdFlag = (defaultVariant: string, targeting?: object) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant,
  ...(targeting && { targeting }),
})

function flagdCore(ids: readonly string[]): Subject {
  const core = new FlagdCore()
  core.setConfigurations(
    JSON.stringify({
      flags: {
        percentage: flagdFlag('off', {
          fractional: [
            ['on', PERCENT],
            ['off', 100 - PERCENT],
          ],
        }),
        targeted: flagdFlag('off', { if: [{ in: [{ var: 'country' }, COUNTRIES] }, 'on', 'off'] }),
        static: flagdFlag('on'),
      },
    }),
  )
  const contexts = contextsOf(ids)
  return (job) => {
    let having = 0
    for (const context of contexts) {
      if (core.resolveBooleanEvaluation(job, false, context, SILENT).value) having += 1
    }
    return having
  }
}

const unleashFeature = (name: Job, strategy: object) => ({
  name,
  type: 'release',
  project: 'default',
  stale: false,
  enabled: true,
  impressionData: false,
  strategies: [{ name: 'default', parameters: {}, constraints: [], segments: [], ...strategy }],
})

/** It asks its server once, which is not there, and goes on with what it was started with. */
async function unleash(ids: readonly string[]): Promise<Subject> {
  const isOneOf = { contextName: 'country', operator: 'IN', values: COUNTRIES }
  const client = new Unleash({
    url: 'http://127.0.0.1:1/api',
    appName: 'bench',
    disableMetrics: true,
    disableAutoStart: true,
    refreshInterval: 0,
    bootstrap: {
      data: [
        unleashFeature('percentage', {
          name: 'flexibleRollout',
          parameters: { rollout: String(PERCENT), stickiness: 'default', groupId: 'percentage' },
        }),
        unleashFeature('targeted', {
          constraints: [{ ...isOneOf, inverted: false, caseInsensitive: false }],
        }),
        unleashFeature('static', {}),
      ],
    },
  })
  client.on('error', () => {})
  const ready = new Promise<void>((resolve) => client.once('ready', resolve))
  await client.start()
  await ready
  const contexts = ids.map((userId, index) => ({ userId, properties: { country: countryOf(index) } }))
  return (job) => {
    let having = 0
    for (const context of contexts) if (client.isEnabled(job, context)) having += 1
    return having
  }
}

function growthbook(ids: readonly string[]): Subject {
  const client = new GrowthBookClient({})
  client.initSync({
    payload: {
      features: {
        percentage: {
          defaultValue: false,
          rules: [{ force: true, coverage: PERCENT / 100, hashAttribute: 'id' }],
        },
        targeted: {
          defaultValue: false,
          rules: [{ condition: { country: { $in: COUNTRIES } }, force: true }],
        },
        static: { defaultValue: true },
      },
    },
  })
  const contexts = ids.map((id, index) => ({ attributes: { id, country: countryOf(index) } }))
  return (job) => {
    let having = 0
    for (const context of contexts) if (client.isOn(job, context)) having += 1
    return having
  }
}

/** Everybody who evaluates flags, for these ids. */
export const subjectsFor = async (
  ids: readonly string[],
): Promise<Readonly<Record<SubjectName, Subject>>> => ({
  midwatch: midwatch(ids),
  'flagd-core': flagdCore(ids),
  unleash: await unleash(ids),
  growthbook: growthbook(ids),
})
