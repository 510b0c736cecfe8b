import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject, onTestFinished } from "vitest";

/** A name that no other test uses. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(6).toString("hex")}`;

/** A connection to the run's PostgreSQL, as its superuser unless told otherwise, closed when the test ends. */
export async function pgClient(
  login: { user?: string; password?: string; database?: string } = {},
): Promise<Client> {
  const client = new Client({ ...inject("postgres"), ...login });
  // A test may have its connection killed on purpose.
  client.on("error", () => {});
  await client.connect();
  onTestFinished(async () => {
    await client.end();
  });
  return client;
}

/** Runs statements as the superuser, one after the other on one connection, and closes it. */
export async function runSql(...statements: readonly string[]): Promise<void> {
  const client = new Client(inject("postgres"));
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A new schema with a name of its own; it goes with the server. */
export async function aSchema(): Promise<string> {
  const schema = uniqueName("test");
  await runSql(`create schema ${schema}`);
  return schema;
}

/** A new login without any rights, and its password. */
export async function aLogin(): Promise<{ readonly username: string; readonly password: string }> {
  const username = uniqueName("login");
  const password = uniqueName("secret");
  await runSql(`create role ${username} login password '${password}'`);
  return { username, password };
}
