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

/**
 * Checks that a flag's prerequisites exist, can have the variants that are asked for, and do not lead back to it.
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
  const circle = circleFrom(flag, new Map([...others, [flag.key, flag]]))
  return circle === undefined
    ? []
    : [{ path: 'prerequisites', reason: `must not lead back to the flag: ${circle.join(' → ')}` }]
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

/** The flags that need this one, by key. */
export const dependentsOf = (key: string, flags: ReadonlyMap<string, Flag>): readonly string[] =>
  [...flags.values()]
    .filter((flag) => flag.prerequisites.some((needed) => needed.flag === key))
    .map((flag) => flag.key)
