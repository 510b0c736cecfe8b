import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Where the table is, when it is not where the environment says, and how long an answer may take. */
export interface ClientOptions extends Pick<DynamoDBClientConfig, "endpoint" | "region" | "credentials"> {
  readonly requestTimeout?: number;
}

/**
 * A client of DynamoDB. A request that takes longer than these limits is sent again by the SDK, under the
 * same token where it is a transaction; a person waits for most of them.
 */
export function documentClient({
  requestTimeout = 5000,
  ...options
}: ClientOptions = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...options,
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 1500,
      requestTimeout,
      // Without this the SDK warns of a late answer, and waits for it forever.
      throwOnRequestTimeout: true,
      httpsAgent: { keepAlive: true },
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
