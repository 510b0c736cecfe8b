/** The request about an integration as it is typed, filled in. */
export const integrationCommand = (
  of: { readonly accountId: string; readonly projectId: string; readonly environmentId: string },
  method: string,
  ...fields: readonly string[]
): string =>
  [
    `reeve api /dbt/{accountId}/{projectId}/{environmentId} ${method}`,
    `-P accountId=${of.accountId} -P projectId=${of.projectId} -P environmentId=${of.environmentId}`,
    ...fields,
  ].join(" ");
