import { expect } from "vitest";
import { tableFacts } from "#adapters/dynamodb/stores/table-facts.ts";
import { checkTable } from "#core/invariants/check-table.ts";
import type { App } from "./app.ts";

/** What an administrator's check of the whole table says. */
export const checked = ({ client, tableName, clock }: Pick<App, "client" | "tableName" | "clock">) =>
  checkTable(tableFacts({ client, tableName }), () => clock.now());

/** Fails with what is wrong, if anything in the app's table is. */
export async function expectSound(app: Pick<App, "client" | "tableName" | "clock">): Promise<void> {
  expect((await checked(app)).findings).toEqual([]);
}
