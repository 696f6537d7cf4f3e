import { ENTITIES, isEntity, type Grant } from '../shared/kernel/grants.ts'

/** Some actions on items, allowed where the partition key begins with one of these prefixes. */
export interface ItemRight {
  readonly sid: 'ReadItems' | 'WriteItems'
  readonly actions: readonly string[]
  /** Sorted, and at least one. */
  readonly prefixes: readonly string[]
  /** Whether the indexes are reached too; a partition key of theirs begins with the entity's prefix alike. */
  readonly indexes: boolean
}

const RIGHTS = {
  read: {
    sid: 'ReadItems',
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    indexes: true,
  },
  /** TransactWriteItems has no action of its own: it needs those of its parts. */
  write: {
    sid: 'WriteItems',
    actions: [
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ],
    indexes: false,
  },
} as const

/** The prefixes of the entities that are granted with this right, sorted. */
function prefixesOf(uses: readonly Grant[], right: keyof typeof RIGHTS): readonly string[] {
  const names = uses.filter((grant) => grant.endsWith(`:${right}`)).map((grant) => grant.split(':')[0] ?? '')
  return names
    .filter(isEntity)
    .map((entity) => ENTITIES[entity])
    .toSorted()
}

/**
 * What a function may do with the items of the table: the whole of it, nothing else is allowed.
 * @param uses the grants of its routes, schedule or consumer
 */
export const itemRights = (uses: readonly Grant[]): readonly ItemRight[] =>
  (['read', 'write'] as const)
    .map((right) => ({ ...RIGHTS[right], prefixes: prefixesOf(uses, right) }))
    .filter(({ prefixes }) => prefixes.length > 0)
