/**
 * The shape of the one table: what the deployment, the local runner and the tests create alike. Indexes
 * copy keys alone; what stands behind a key is read from the table, strongly consistent.
 */
export const tableShape = {
  partitionKey: "pk",
  sortKey: "sk",
  timeToLive: "ttl",
  indexes: [
    { name: "gsi1", partitionKey: "gsi1pk", sortKey: "gsi1sk" },
    { name: "gsi2", partitionKey: "gsi2pk", sortKey: "gsi2sk" },
  ],
} as const;
