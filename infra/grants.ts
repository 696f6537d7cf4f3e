import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Entity, Grant } from '../shared/kernel/grants.ts'
import { itemRights, type ItemRight } from './item-rights.ts'

/** What the grants of a deployment open: the table, and for each resource grant what exists behind it. */
export interface GrantTargets {
  readonly tableArn: string
  readonly indexArns: readonly string[]
  /** Statements by resource grant. A grant without any opens nothing on this deployment. */
  readonly resources: Readonly<
    Record<Exclude<Grant, `${Entity}:${'read' | 'write'}`>, readonly PolicyStatement[]>
  >
}

/**
 * Limits a statement to partitions of these entities, in the table and in its indexes alike: the partition key of both
 * starts with the entity's prefix. A request that names no partition (a scan) has no such key and is refused.
 */
const onPartitions = (prefixes: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) },
  Null: { 'dynamodb:LeadingKeys': 'false' },
})

/** What a role allows to do with items is `itemRights`, word for word. */
function itemStatement(right: ItemRight, { tableArn, indexArns }: GrantTargets): PolicyStatement {
  return new PolicyStatement({
    sid: right.sid,
    effect: Effect.ALLOW,
    actions: [...right.actions],
    resources: [tableArn, ...(right.indexes ? indexArns : [])],
    conditions: onPartitions(right.prefixes),
  })
}

/**
 * Turns what a function uses into IAM statements.
 * @param uses the grants of its routes, schedule or consumer
 */
export function statementsFor(uses: readonly Grant[], targets: GrantTargets): readonly PolicyStatement[] {
  const { resources } = targets
  return [
    ...itemRights(uses).map((right) => itemStatement(right, targets)),
    ...uses.flatMap((grant) => (grant in resources ? resourceStatements(resources, grant) : [])),
  ]
}

function resourceStatements(resources: GrantTargets['resources'], grant: Grant): readonly PolicyStatement[] {
  return Object.entries(resources).find(([name]) => name === grant)?.[1] ?? []
}
