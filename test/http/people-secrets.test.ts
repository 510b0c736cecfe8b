import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { anApp, caller } from "#test/support/app.ts";
import type { Reply } from "#test/support/check-reply.ts";
import { aPersona } from "#test/support/personas.ts";
import { personBody } from "#test/support/people.ts";
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
const admin = await aPersona(app, { permissions: ["USER_ADMIN"] });
const secrets: string[] = [];
const replies: Reply[] = [];

/** The secret that a reply tells; null where it tells none. */
function secretIn({ body }: Reply): string | null {
  const of = (value: unknown): readonly unknown[] =>
    typeof value === "object" && value !== null
      ? ["key", "token", "invitation"].map((name): unknown => Reflect.get(value, name))
      : [];
  const told = of(body).flatMap((value) => [value, ...of(value)]);
  return told.find((value) => typeof value === "string") ?? null;
}

/** A request; the secret that its reply tells, once, is noted, and the reply is none of those that may hold none. */
async function call(
  method: string,
  path: string,
  given: Parameters<typeof app.call>[2] = {},
): Promise<string> {
  const reply = await app.call(method, path, given);
  const secret = secretIn(reply);
  if (secret === null) replies.push(reply);
  else secrets.push(secret);
  return secret ?? "";
}

/** A request whose commit fails, in words of the store's own, which are logged. */
async function failing(path: string, given: object): Promise<void> {
  const commit = (writes: readonly object[]) => Promise.reject(new Error(inspect(writes, { depth: 9 })));
  const store = { ...app.store, commit };
  replies.push(await caller({ ...app.parts, store })("POST", path, given));
}

/** People and services come in, make keys, try again, fail and go. */
async function story(): Promise<void> {
  const once = { "Idempotency-Key": "once" };
  const as = { key: admin.key };
  for (const headers of [once, once]) {
    await call("POST", "/users", { as, body: personBody({ name: "Ann" }), headers });
  }
  const { items } = await admin.api.listUsers({ query: { search: "ann" } });
  const id = items.find(({ id: each }) => each !== admin.user.id)?.id ?? "";
  const again = { "Idempotency-Key": "again" };
  for (const headers of [again, again]) {
    await call("POST", `/users/${id}/invitation`, { as, headers });
  }
  const [void_, token] = secrets;
  await failing("/invitations/accept", { body: { token, keyName: "laptop" } });
  await failing("/me/api-keys", { as, body: { name: "never" } });
  for (const given of [void_, token, token, "rvi_usr_ghost_distinctive-token"]) {
    await call("POST", "/invitations/accept", { body: { token: given, keyName: "laptop" } });
  }
  const ann = { key: secrets.at(-1) ?? "" };
  const twice = { "Idempotency-Key": "twice" };
  for (const headers of [twice, twice]) {
    await call("POST", "/me/api-keys", { as: ann, body: { name: "second" }, headers });
  }
  await call("GET", "/me/api-keys", { as: ann });
  await call("GET", `/users/${id}/api-keys`, { as });
  const robot = await admin.api.createUser({ body: { name: "Robot", kind: "service" } });
  await call("POST", `/users/${robot.id}/api-keys`, { as, body: { name: "deploy" }, headers: twice });
  await call("POST", `/users/${robot.id}/api-keys`, { as, body: { name: "deploy" }, headers: twice });
  await call("POST", "/me/api-keys", { as: ann, body: { name: "", key: ann.key } });
  await call("GET", "/users", { as });
  await call("DELETE", `/users/${id}`, { as });
  await call("GET", "/me", { as: ann });
}

await story();
const items = await allItems(app);
vi.restoreAllMocks();

describe("keys and invitations", () => {
  /** As they would look in JSON or in base64; the random part of each alone tells it. */
  const told = [...secrets, admin.key, "distinctive-token"];
  const spellings = told.flatMap((secret) => [
    secret.slice(-40),
    Buffer.from(secret).toString("base64").slice(0, -4),
  ]);
  const holding = (texts: readonly string[]) =>
    texts.filter((text) => spellings.some((secret) => text.includes(secret)));

  it("were told as often as the story says, and refused as well", () => {
    expect(new Set(secrets).size).toBe(5);
    expect(secrets.filter((secret) => secret.startsWith("rvi_"))).toHaveLength(2);
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual([200, 201, 204, 400, 401, 500]);
    expect(items.length).toBeGreaterThan(10);
  });

  it("are in no reply but the one that tells them", () => {
    expect(holding(replies.map(({ text, headers }) => text + JSON.stringify(headers)))).toEqual([]);
  });

  it("are in no item of the table, audit records among them: of each there is the hash alone", () => {
    const texts = items.map((item) =>
      JSON.stringify(item, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
      ),
    );
    expect(holding(texts)).toEqual([]);
    const hashes = items.filter(({ kind }) => kind === "api-key").map(({ hash }) => hash);
    expect(hashes).toEqual(hashes.map(() => expect.stringMatching(/^[0-9a-f]{64}$/) as string));
  });

  it("are in no reply that is kept for a repetition, unpacked", async () => {
    const kept = await Promise.all(
      ["once", "again", "twice"].map((key) => app.store.keptReply(admin.user.id, key)),
    );
    expect(kept.every((reply) => reply !== null)).toBe(true);
    expect(holding(kept.map((reply) => reply?.body ?? ""))).toEqual([]);
  });

  it("are in no line of a log", () => {
    expect(written.join("")).toContain('"service":"reeve"');
    expect(holding(written)).toEqual([]);
    expect(
      holding(app.log.lines.map(({ message, fields }) => message + inspect(fields, { depth: 20 }))),
    ).toEqual([]);
  });
});
