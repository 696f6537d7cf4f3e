import type { Flag } from './flag.ts'

/** What is wrong with a flag's prerequisites: where, and why. */
export interface PrerequisiteFault {
  readonly path: string
  readonly reason: string
}

/** The keys on a way from a flag back to itself; `undefined` when there is none. */
function circleFrom(flag: Flag, flags: ReadonlyMap<string, Flag>): readonly string[] | undefined {
  const visited = new Set<string>()
  const search = (key: string, way: readonly string[]): readonly string[] | undefined => {
    for (const { flag: next } of flags.get(key)?.prerequisites ?? []) {
      if (next === flag.key) return [...way, next]
      if (visited.has(next)) continue
      visited.add(next)
      const found = search(next, [...way, next])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(flag.key, [flag.key])
}

/** What it takes to evaluate a flag. */
interface Effort {
  /** Flags that are looked at; one that several ways lead to counts on each. */
  readonly looks: number
  /** The longest way from prerequisite to prerequisite. */
  readonly depth: number
}

/** Evaluation happens in every request; it must not take longer with the square of anything. */
const MAX_LOOKS = 100
/** As far as evaluation follows prerequisites. */
const MAX_DEPTH = 9

function effortOf(key: string, flags: ReadonlyMap<string, Flag>, efforts: Map<string, Effort>): Effort {
  const known = efforts.get(key)
  if (known !== undefined) return known
  // Definitions may hold circles: what is being worked out counts as nothing meanwhile.
  efforts.set(key, { looks: 0, depth: 0 })
  const needed = (flags.get(key)?.prerequisites ?? []).map(({ flag }) => effortOf(flag, flags, efforts))
  const effort = {
    looks: needed.reduce((sum, { looks }) => sum + looks, 1),
    depth: needed.reduce((longest, { depth }) => Math.max(longest, depth + 1), 0),
  }
  efforts.set(key, effort)
  return effort
}

/** The first flag that would take too much to evaluate. */
function tooLaborious(flags: ReadonlyMap<string, Flag>): string | undefined {
  const efforts = new Map<string, Effort>()
  return [...flags.keys()].find((key) => {
    const { looks, depth } = effortOf(key, flags, efforts)
    return looks > MAX_LOOKS || depth > MAX_DEPTH
  })
}

/**
 * Checks that a flag's prerequisites exist, can have the variants that are asked for, do not lead back to it, and that no flag
 * takes too much to evaluate.
 * @param others the flags in force
 */
export function prerequisiteFaults(
  flag: Flag,
  others: ReadonlyMap<string, Flag>,
): readonly PrerequisiteFault[] {
  const faults = flag.prerequisites.flatMap((needed, index): PrerequisiteFault[] => {
    const path = `prerequisites.${index}`
    const other = needed.flag === flag.key ? flag : others.get(needed.flag)
    if (other === undefined) return [{ path: `${path}.flag`, reason: 'must be the key of a flag' }]
    if (Object.hasOwn(other.variants, needed.variant)) return []
    const names = Object.keys(other.variants).join(', ')
    return [{ path: `${path}.variant`, reason: `must be one of the variants of ${other.key}, ${names}` }]
  })
  if (faults.length > 0) return faults
  const all = new Map([...others, [flag.key, flag]])
  const circle = circleFrom(flag, all)
  if (circle !== undefined) {
    return [{ path: 'prerequisites', reason: `must not lead back to the flag: ${circle.join(' → ')}` }]
  }
  const laborious = flag.prerequisites.length === 0 ? undefined : tooLaborious(all)
  if (laborious === undefined) return []
  const reason = `must not make ${laborious} depend on more than ${MAX_LOOKS} flags, or over more than ${MAX_DEPTH} steps`
  return [{ path: 'prerequisites', reason }]
}

/** Variants of a flag that others need and that it no longer has. */
export const missingVariants = (
  flag: Flag,
  others: ReadonlyMap<string, Flag>,
): readonly PrerequisiteFault[] =>
  [...others.values()].flatMap(({ key, prerequisites }) =>
    prerequisites
      .filter((needed) => needed.flag === flag.key && !Object.hasOwn(flag.variants, needed.variant))
      .map(({ variant }) => ({ path: 'variants', reason: `must hold "${variant}", which ${key} needs` })),
  )

/** What a flag breaks together with the others in force: by what it needs, and by what they need of it. */
export const dependencyFaults = (
  flag: Flag,
  others: ReadonlyMap<string, Flag>,
): readonly PrerequisiteFault[] => [...prerequisiteFaults(flag, others), ...missingVariants(flag, others)]

/** The flags that need this one, by key. */
export const dependentsOf = (key: string, flags: ReadonlyMap<string, Flag>): readonly string[] =>
  [...flags.values()]
    .filter((flag) => flag.prerequisites.some((needed) => needed.flag === key))
    .map((flag) => flag.key)
