import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { ENTITIES, type Entity, type Grant } from '../shared/kernel/grants.ts'

/** What the grants of a deployment open: the table, and for each resource grant what exists behind it. */
export interface GrantTargets {
  readonly tableArn: string
  readonly indexArns: readonly string[]
  /** Statements by resource grant. A grant without any opens nothing on this deployment. */
  readonly resources: Readonly<
    Record<Exclude<Grant, `${Entity}:${'read' | 'write'}`>, readonly PolicyStatement[]>
  >
}

const READ_ITEMS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']
/** TransactWriteItems has no action of its own: it needs those of its parts. */
const WRITE_ITEMS = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:ConditionCheckItem',
]

const isEntity = (name: string): name is Entity => name in ENTITIES

/** The prefixes of the entities that are granted with this right, sorted. */
function prefixesOf(uses: readonly Grant[], right: 'read' | 'write'): readonly string[] {
  const names = uses.filter((grant) => grant.endsWith(`:${right}`)).map((grant) => grant.split(':')[0] ?? '')
  return names
    .filter(isEntity)
    .map((entity) => ENTITIES[entity])
    .toSorted()
}

/**
 * Limits a statement to partitions of these entities, in the table and in its indexes alike: the partition key of both
 * starts with the entity's prefix. A request that names no partition (a scan) has no such key and is refused.
 */
const onPartitions = (prefixes: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) },
  Null: { 'dynamodb:LeadingKeys': 'false' },
})

function tableStatement(
  sid: string,
  actions: readonly string[],
  prefixes: readonly string[],
  resources: readonly string[],
): PolicyStatement[] {
  if (prefixes.length === 0) return []
  const conditions = onPartitions(prefixes)
  return [
    new PolicyStatement({
      sid,
      effect: Effect.ALLOW,
      actions: [...actions],
      resources: [...resources],
      conditions,
    }),
  ]
}

/**
 * Turns what a function uses into IAM statements.
 * @param uses the grants of its routes, schedule or consumer
 */
export function statementsFor(uses: readonly Grant[], targets: GrantTargets): readonly PolicyStatement[] {
  const { tableArn, indexArns, resources } = targets
  return [
    ...tableStatement('ReadItems', READ_ITEMS, prefixesOf(uses, 'read'), [tableArn, ...indexArns]),
    ...tableStatement('WriteItems', WRITE_ITEMS, prefixesOf(uses, 'write'), [tableArn]),
    ...uses.flatMap((grant) => (grant in resources ? resourceStatements(resources, grant) : [])),
  ]
}

function resourceStatements(resources: GrantTargets['resources'], grant: Grant): readonly PolicyStatement[] {
  return Object.entries(resources).find(([name]) => name === grant)?.[1] ?? []
}
