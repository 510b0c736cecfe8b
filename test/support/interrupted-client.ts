import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { testClient } from "./store.ts";

/** A way to the table on which something happens just before a transaction of this number. */
export function interrupted(at: number, act: () => Promise<unknown>) {
  const client: DynamoDBDocumentClient = testClient();
  let [transactions, happened] = [0, false];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (String(commandName).startsWith("TransactWrite")) transactions += 1;
        if (transactions === at && !happened) {
          happened = true;
          await act();
        }
        return await next(args);
      },
    { step: "initialize", name: "interrupted" },
  );
  return { client, happened: () => happened };
}
