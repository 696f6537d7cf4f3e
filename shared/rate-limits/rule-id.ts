/** How rules are called in runbooks: by their name, or by `<name>_rule_id`. */
const SUFFIX = /_rule_id$/

/** The names that an id may stand for; an exact name comes first. */
export const namesFor = (id: string): readonly string[] => [...new Set([id, id.replace(SUFFIX, '')])]

/**
 * What an id stands for: what has exactly this name, else what has the name that the id was made of.
 * @param known by name
 */
export function found<T>(known: ReadonlyMap<string, T>, id: string): T | undefined {
  const name = namesFor(id).find((candidate) => known.has(candidate))
  return name === undefined ? undefined : known.get(name)
}
