import type { Expectation, QueryInput, Write } from './types.ts'

/** The parts of a DynamoDB request that name and carry attributes. */
export interface Expression {
  readonly text: string
  readonly names: Record<string, string>
  readonly values: Record<string, unknown>
}

/** The condition of a write, or `undefined` where anything goes. */
export function conditionOf(expect: Expectation): Expression | undefined {
  if ('absent' in expect) return { text: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' }, values: {} }
  if ('present' in expect) return { text: 'attribute_exists(#pk)', names: { '#pk': 'pk' }, values: {} }
  if ('version' in expect) {
    return {
      text: '#version = :version',
      names: { '#version': 'version' },
      values: { ':version': expect.version },
    }
  }
  return undefined
}

/** The update expression of a write; attribute positions name the placeholders. Undefined values are left out, as in a put. */
export function updateOf(write: Extract<Write, { kind: 'update' }>, writeId: string): Expression {
  const names: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  const name = (attribute: string) => {
    const placeholder = `#a${Object.keys(names).length}`
    names[placeholder] = attribute
    return placeholder
  }
  const assign = (attribute: string, value: unknown, join: string) => {
    const placeholder = `:a${Object.keys(values).length}`
    values[placeholder] = value
    return `${name(attribute)}${join}${placeholder}`
  }
  const assignOnce = (attribute: string, value: unknown) => {
    const placeholder = `:a${Object.keys(values).length}`
    values[placeholder] = value
    const named = name(attribute)
    return `${named} = if_not_exists(${named}, ${placeholder})`
  }
  const set = Object.entries({ ...write.set, writeId })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => assign(key, value, ' = '))
  const setOnce = Object.entries(write.setOnce ?? {}).map(([key, value]) => assignOnce(key, value))
  const add = Object.entries(write.add ?? {}).map(([key, value]) => assign(key, value, ' '))
  const remove = (write.remove ?? []).map(name)
  const clauses = [`SET ${[...set, ...setOnce].join(', ')}`]
  if (add.length > 0) clauses.push(`ADD ${add.join(', ')}`)
  if (remove.length > 0) clauses.push(`REMOVE ${remove.join(', ')}`)
  return { text: clauses.join(' '), names, values }
}

/** The key condition of a query. */
export function keyConditionOf(query: QueryInput): Expression {
  const prefix = query.index ?? ''
  const names: Record<string, string> = { '#pk': `${prefix}pk` }
  const values: Record<string, unknown> = { ':pk': query.partition }
  let text = '#pk = :pk'
  if (query.sortBeginsWith !== undefined) {
    names['#sk'] = `${prefix}sk`
    values[':begin'] = query.sortBeginsWith
    text += ' AND begins_with(#sk, :begin)'
  } else if (query.sortBetween !== undefined) {
    names['#sk'] = `${prefix}sk`
    values[':from'] = query.sortBetween[0]
    values[':to'] = query.sortBetween[1]
    text += ' AND #sk BETWEEN :from AND :to'
  }
  return { text, names, values }
}

/** The filter of a query, or `undefined` when it has none. */
export function filterOf(where: QueryInput['where']): Expression | undefined {
  const entries = Object.entries(where ?? {})
  if (entries.length === 0) return undefined
  return {
    text: entries.map((_, index) => `#f${index} = :f${index}`).join(' AND '),
    names: Object.fromEntries(entries.map(([key], index) => [`#f${index}`, key])),
    values: Object.fromEntries(entries.map(([, value], index) => [`:f${index}`, value])),
  }
}
