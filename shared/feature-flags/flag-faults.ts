import type { Condition, FlagFields, FlagType } from './flag.ts'
import { operandFaults } from './operands.ts'

/** Where a rule is broken, and which. */
type Fault = readonly [path: readonly PropertyKey[], message: string]

const fits = (type: FlagType, value: unknown): boolean => type === 'json' || typeof value === type

function variantFaults(fields: FlagFields): Fault[] {
  const names = new Set(Object.keys(fields.variants))
  const known = (name: string | undefined, path: readonly PropertyKey[]): Fault[] =>
    name === undefined || names.has(name)
      ? []
      : [[path, `must be one of the variants, ${[...names].join(', ')}`]]
  return [
    ...Object.entries(fields.variants).flatMap(([name, value]): Fault[] =>
      fits(fields.type, value) ? [] : [[['variants', name], `must be a ${fields.type}, as the type says`]],
    ),
    ...known(fields.on, ['on']),
    ...known(fields.off, ['off']),
    ...fields.split.flatMap(({ variant }, index) => known(variant, ['split', index, 'variant'])),
    ...fields.targets.flatMap(({ variant }, index) => known(variant, ['targets', index, 'variant'])),
    ...fields.rules.flatMap((rule, index) => [
      ...known(rule.variant, ['rules', index, 'variant']),
      ...(rule.split ?? []).flatMap(({ variant }, share) =>
        known(variant, ['rules', index, 'split', share, 'variant']),
      ),
    ]),
  ]
}

const MUST_HAVE_VALUES = 'must have an entry: only "present" needs none'

function conditionFaults(condition: Condition, path: readonly PropertyKey[]): Fault[] {
  const { operator, values } = condition
  if (values.length === 0 && operator !== 'present') return [[path, MUST_HAVE_VALUES]]
  return operandFaults(condition).map(([at, rule]) => [[...path, at], rule])
}

function ruleFaults({ rules }: FlagFields): Fault[] {
  return rules.flatMap((rule, index): Fault[] => [
    ...((rule.variant === undefined) === (rule.split === undefined)
      ? [
          [
            ['rules', index, 'variant'],
            'must be given, or split in its place: exactly one of the two',
          ] as const,
        ]
      : []),
    ...rule.when.flatMap((condition, position) =>
      conditionFaults(condition, ['rules', index, 'when', position, 'values']),
    ),
  ])
}

function targetFaults({ targets }: FlagFields): Fault[] {
  const seen = new Set<string>()
  return targets.flatMap(({ type, value }, index): Fault[] => {
    const id = `${type} ${value}`
    if (seen.has(id)) return [[['targets', index, 'value'], `is a target twice`]]
    seen.add(id)
    return []
  })
}

/** An answer shows a simple rollout in both forms. */
const saysTheSame = ({ percentage, split: [only, ...others], on }: FlagFields): boolean =>
  others.length === 0 && only?.variant === on && only.percentage === percentage

function rolloutFaults(fields: FlagFields): Fault[] {
  const { status, percentage, split, schedule } = fields
  const faults: Fault[] = []
  if (percentage !== undefined && split.length > 0 && !saysTheSame(fields)) {
    faults.push([['percentage'], 'must not stand beside another split: send one of the two'])
  }
  if (status === 'percentage' && percentage === undefined && split.length === 0) {
    faults.push([['percentage'], 'must be given while the status is "percentage", or split in its place'])
  }
  const { from, until } = schedule ?? {}
  if (from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until)) {
    faults.push([['schedule', 'until'], 'must lie after from'])
  }
  return faults
}

/** A killswitch is on or off for everybody, at once: nothing else may decide about it. */
function killswitchFaults(fields: FlagFields): Fault[] {
  if (fields.category !== 'killswitch') return []
  const only = 'has no meaning for a killswitch: it is engaged for everybody, or for nobody'
  const faults: Fault[] = (['split', 'targets', 'rules', 'prerequisites'] as const).flatMap((name) =>
    fields[name].length === 0 ? [] : [[[name], only] as const],
  )
  if (fields.schedule !== undefined) faults.push([['schedule'], only])
  if (fields.percentage !== undefined) faults.push([['percentage'], only])
  if (fields.type !== 'boolean') faults.push([['type'], 'must be "boolean" for a killswitch'])
  if (fields.approval !== 'none') faults.push([['approval'], 'must be "none": a killswitch never waits'])
  if (fields.status === 'percentage' || fields.status === 'targeted') {
    faults.push([['status'], 'must be "enabled" or "disabled" for a killswitch'])
  }
  return faults
}

/** What the fields break together; empty when nothing. */
export const flagFaults = (fields: FlagFields): readonly Fault[] => [
  ...variantFaults(fields),
  ...ruleFaults(fields),
  ...targetFaults(fields),
  ...rolloutFaults(fields),
  ...killswitchFaults(fields),
]
