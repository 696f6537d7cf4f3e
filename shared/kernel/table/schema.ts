/** The table's shape: deployed by `infra`, created by `local`, assumed by every store. All key attributes are strings. */
export const TABLE_SCHEMA = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Seconds since the epoch; DynamoDB collects items some time after that. */
  timeToLive: 'expiresAt',
  /** Sparse: an item is in an index only when it has both of its keys. All attributes are projected. */
  indexes: [
    { name: 'gsi1', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' },
    { name: 'gsi2', partitionKey: 'gsi2pk', sortKey: 'gsi2sk' },
  ],
} as const
