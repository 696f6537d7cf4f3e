import { type RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { TABLE_SCHEMA } from '../../shared/kernel/table/schema.ts'

interface StateTableProps {
  readonly prefix: string
  readonly removalPolicy: RemovalPolicy
  readonly deletionProtection: boolean
}

const text = (name: string) => ({ name, type: AttributeType.STRING })

/** The single table, as `TABLE_SCHEMA` describes it: on demand, with a stream and recovery to any second of 35 days. */
export class StateTable extends Construct {
  readonly table: TableV2
  readonly indexArns: readonly string[]

  constructor(scope: Construct, id: string, { prefix, removalPolicy, deletionProtection }: StateTableProps) {
    super(scope, id)
    this.table = new TableV2(this, 'Table', {
      tableName: prefix,
      partitionKey: text(TABLE_SCHEMA.partitionKey),
      sortKey: text(TABLE_SCHEMA.sortKey),
      timeToLiveAttribute: TABLE_SCHEMA.timeToLive,
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      globalSecondaryIndexes: TABLE_SCHEMA.indexes.map(({ name, partitionKey, sortKey }) => ({
        indexName: name,
        partitionKey: text(partitionKey),
        sortKey: text(sortKey),
      })),
      removalPolicy,
      deletionProtection,
    })
    this.indexArns = TABLE_SCHEMA.indexes.map(({ name }) => `${this.table.tableArn}/index/${name}`)
  }
}
