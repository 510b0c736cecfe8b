import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { anApp } from "#test/support/app.ts";
import type { Reply } from "#test/support/check-reply.ts";
import { aPersona, aRemoteTable, postgresConfig, registering } from "#test/support/personas.ts";
import { aLogin, runSql } from "#test/support/postgres-client.ts";
import { hurried } from "#test/support/slow-remote.ts";
import { allItems } from "#test/support/table-items.ts";

vi.hoisted(() => {
  process.env["POWERTOOLS_LOG_LEVEL"] = "DEBUG";
});

/** Everything that this process writes from here on. */
const written: string[] = [];
for (const stream of [process.stdout, process.stderr]) {
  vi.spyOn(stream, "write").mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
}

const app = await anApp();
const login = await aLogin();
const wrongPassword = "distinctive wrong päss'word\"\\ §1";
const owner = await aPersona(app, { permissions: registering });
const { schema, table } = await aRemoteTable("id int", "values (1), (2)");
await runSql(
  `grant usage on schema ${schema} to ${login.username}`,
  `grant select on ${schema}.${table} to ${login.username}`,
);

const replies: Reply[] = [];
async function call(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
  const sent = body === undefined ? {} : { body };
  const reply = await app.call(method, path, { as: owner, headers, ...sent });
  replies.push(reply);
  return reply;
}

/** A whole story: a connection is made, fails, changes, is used, loses its password, and goes. */
async function story(): Promise<void> {
  const config = postgresConfig();
  const body = (name: string, credentials: object, more: object = {}) => ({
    name,
    technology: "postgresql",
    config: { ...config, ...more },
    credentials: { ...login, ...credentials },
  });
  await call("POST", "/connections", body("refused", { password: wrongPassword }));
  await call(
    "POST",
    "/connections",
    body("unknown user", { username: "distinctive-username", password: wrongPassword }),
  );
  await call("POST", "/connections", body("invalid", { password: ["distinctive"], surplus: login.password }));
  await call("POST", "/connections", body("plain text", {}, { tls: "verify-full" }));
  await slowStory(body("asleep", {}), body("asleep and refused", { password: wrongPassword }));
  const key = { "Idempotency-Key": "secrets-once" };
  const made = await call("POST", "/connections", body("warehouse", {}), key);
  await call("POST", "/connections", body("warehouse", {}), key);
  await call("POST", "/connections", body("warehouse", { password: wrongPassword }), key);
  const { id } = made.body as { id: string };
  const at = `/connections/${id}`;
  for (const path of [at, "/connections", `${at}/members`, `${at}/tables`]) await call("GET", path);
  await call("POST", `${at}/test`);
  await call("PATCH", at, { config: { host: "database.test" } });
  await call("PATCH", at, { credentials: { ...login, password: wrongPassword } });
  await call("PATCH", at, { config: { host: "database.test" }, credentials: login });
  await call("GET", `/connections/${id}`, undefined, { authorization: `Bearer ${owner.key}x` });
  const created = await call("POST", "/data-sources", { connectionId: id, schema, table });
  const source = (created.body as { id: string }).id;
  await app.drain();
  await runSql(`alter role ${login.username} password 'changed since'`);
  await call("POST", `/data-sources/${source}/checks`);
  await app.drain();
  await call("POST", `${at}/test`);
  await call("GET", `/data-sources/${source}`);
  await call("GET", "/jobs");
  await brokenWorker(source);
  await app.sweep();
}

/** Connections that jobs go on with: one is made, one refused, and one meets an error that quotes the credentials. */
async function slowStory(...bodies: readonly object[]): Promise<void> {
  for (const body of bodies) {
    replies.push(await hurried(app)("POST", "/connections", { as: owner, body }));
    const sessions = {
      withSession: () => Promise.reject(new Error(`password=${login.password} user=${login.username}`)),
    };
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take());
    await call("GET", "/jobs");
    await app.drain();
    await call("GET", "/jobs");
  }
}

/** A job whose worker fails with errors that quote the credentials. */
async function brokenWorker(source: string): Promise<void> {
  await call("POST", `/data-sources/${source}/checks`);
  const sessions = {
    withSession: () => Promise.reject(new Error(`password=${login.password} user=${login.username}`)),
  };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await app.outbox.deliver(app.worker({ sessions }), app.outbox.take());
  }
  await app.outbox.deliver(app.deadLetterWorker, ...app.outbox.deadLetters.splice(0));
  await call("GET", "/jobs");
}

await story();
const items = await allItems(app);
vi.restoreAllMocks();

describe("after a whole story", () => {
  const secrets = [login.password, wrongPassword, owner.key, "changed since"];
  /** As they would look in JSON, in a URL, or in base64. */
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replaceAll("=", ""),
  ]);
  const holding = (texts: readonly string[]) =>
    texts.filter((text) => spellings.some((secret) => text.includes(secret)));

  it("the story was what it claims: successes, refusals, a failed job, log lines and items", () => {
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual([200, 201, 202, 400, 401, 422]);
    expect(replies.some(({ text }) => text.includes("job-dead-lettered"))).toBe(true);
    expect(replies.some(({ text }) => text.includes("authentication-failed"))).toBe(true);
    expect(written.join("")).toContain('"service":"reeve"');
    expect(app.log.lines.some(({ message }) => message === "a job's attempt failed")).toBe(true);
    expect(items.length).toBeGreaterThan(30);
  });

  it("no reply holds a password or a key", () => {
    expect(holding(replies.map(({ text, headers }) => text + JSON.stringify(headers)))).toEqual([]);
  });

  it("no item of the table holds a password or a key; of keys there is the hash alone", () => {
    const texts = items.map((item) =>
      JSON.stringify(item, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
      ),
    );
    expect(holding(texts)).toEqual([]);
    const keys = items.filter(({ kind }) => kind === "api-key");
    expect(keys.map(({ hash }) => hash)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it("no kept reply, unpacked, holds a password", async () => {
    const kept = await app.store.keptReply(owner.user.id, "secrets-once");
    expect(kept?.body).toContain("warehouse");
    expect(holding([kept?.body ?? ""])).toEqual([]);
  });

  it("no message of the queue holds a password", () => {
    expect(
      holding(app.outbox.waiting.map(({ body, attributes }) => body + JSON.stringify(attributes))),
    ).toEqual([]);
  });

  it("no log line of a request holds a password, a key or a user name", () => {
    expect(holding(written)).toEqual([]);
    expect(written.filter((line) => line.includes(login.username))).toEqual([]);
    expect(written.filter((line) => line.includes("distinctive"))).toEqual([]);
  });

  it("no line of a worker's log does either, but for errors that are not ours and quote it themselves", () => {
    const texts = app.log.lines
      .filter(({ message }) => message !== "a job's attempt failed")
      .map(({ message, fields }) => message + inspect(fields, { depth: 20 }));
    expect(texts.length).toBeGreaterThan(0);
    expect(holding(texts)).toEqual([]);
  });

  it("no reply or item names the user of a refused login", () => {
    const texts = [...replies.map(({ text }) => text), ...items.map((item) => JSON.stringify(item))];
    expect(texts.filter((text) => text.includes("distinctive-username"))).toEqual([]);
    expect(texts.filter((text) => text.includes(login.username))).toEqual([]);
  });
});
