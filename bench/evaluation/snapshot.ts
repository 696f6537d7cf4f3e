import type { LiveEntry } from '../../shared/feature-flags/flag-set.ts'
import type { LiveFlag } from '../../shared/feature-flags/flag.ts'
import { packFlag, type PackedFlag } from '../../shared/feature-flags/packed-flag.ts'
import { flagWith } from './subjects.ts'

const FLAGS = 500
const AREAS = ['player', 'upload', 'checkout', 'search', 'profile', 'watch-party', 'studio', 'billing']

const keyOf = (index: number): string => `${AREAS[index % AREAS.length]}.enable_feature_${index}`

const userTargets = (index: number) =>
  Array.from({ length: 5 }, (_, at) => ({ type: 'user' as const, value: `user-${index * 5 + at}` }))

const rules = (index: number) => [
  {
    when: [
      { attribute: 'country', operator: 'in' as const, values: ['DE', 'FR', 'US'].slice(index % 3) },
      { attribute: 'app_version', operator: 'semver_greater_than' as const, values: ['4.2.0'] },
    ],
    variant: 'on',
  },
  {
    when: [{ attribute: 'plan', operator: 'in' as const, values: ['pro', 'studio'] }],
    split: [{ variant: 'on', percentage: 50 }],
  },
]

/** Of ten flags: five are simply on or off, two roll out, two have targets, one has rules and targets. */
function fieldsOf(index: number): Parameters<typeof flagWith>[1] {
  const kind = index % 10
  if (kind < 5) return { status: kind < 3 ? 'enabled' : 'disabled' }
  if (kind < 7) return { status: 'percentage', percentage: (index * 7) % 100 }
  const targets = [...userTargets(index), { type: 'role' as const, value: 'staff' }]
  return kind < 9 ? { status: 'targeted', targets } : { status: 'targeted', targets, rules: rules(index) }
}

/** What containers do not get. */
function packedWithoutNotes(flag: LiveFlag): PackedFlag {
  const notes = new Set(['description', 'owner', 'tags', 'expires', 'approval'])
  return packFlag(liveFlag(Object.fromEntries(Object.entries(flag).filter(([name]) => !notes.has(name)))))
}

/** A flag less its notes is what evaluation needs of it. */
const liveFlag = (fields: unknown) => fields as LiveFlag

/** As many flags as a large product has, as they are stored. */
export const ENTRIES: readonly LiveEntry[] = Array.from({ length: FLAGS }, (_, index) => ({
  key: keyOf(index),
  flag: packedWithoutNotes(flagWith(keyOf(index), { public: index % 2 === 0, ...fieldsOf(index) })),
  isSwitched: index % 50 === 0,
}))
