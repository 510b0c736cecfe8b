import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settledAfterMs } from "#core/audit/settled.ts";
import { anApp } from "#test/support/app.ts";
import { expectSound } from "#test/support/invariants.ts";
import { aConnection, aDataSource, aPersona, everyPermission, registering } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { itemsOf } from "#test/support/table-items.ts";

const app = await anApp();
const hourMs = 3_600_000;

interface Export {
  readonly number: number;
  readonly object: string;
  readonly count: number;
  readonly sha256: string;
  readonly previous: string | null;
}
type Query = Readonly<Record<string, string | number>>;

async function exportsOf(as: { readonly key: string }, query: Query = {}) {
  const { status, body } = await app.call("GET", "/audit/exports", { as, query });
  expect(status).toBe(200);
  return body as { readonly items: readonly Export[]; readonly nextCursor: string | null };
}

/** Lets an hour pass and be settled, and exports it. */
async function exported(): Promise<void> {
  app.clock.advance(hourMs + settledAfterMs);
  await app.exportAudit();
}

const textOf = ({ object }: Pick<Export, "object">): string =>
  readFileSync(join(app.exportsDirectory, object), "utf8");

describe("GET /audit/exports", () => {
  it("lists what was exported, newest first, page by page, and is recorded as a reading of the audit", async () => {
    const auditor = await aPersona(app, { permissions: ["AUDIT"] });
    for (let turn = 0; turn < 3; turn += 1) {
      await exportsOf(auditor);
      await exported();
    }
    const first = await exportsOf(auditor, { limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await exportsOf(auditor, { limit: 2, cursor: first.nextCursor ?? "" });
    const all = [...first.items, ...rest.items];
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => all.length - index));
    expect(all.map(({ previous }) => previous)).toEqual([...all.slice(1).map(({ sha256 }) => sha256), null]);
    const reads = all
      .flatMap((one) => textOf(one).split("\n"))
      .filter((line) => line.includes(auditor.user.id) && line.includes('"id":"exports"'));
    expect(reads).toHaveLength(3);
    expect(JSON.parse(reads[0] ?? "")).toMatchObject({ action: "audit:read", actor: auditor.user.id });
    await expectSound(app);
  });

  it("is for AUDIT alone: whoever else asks is refused, and that is recorded", async () => {
    const others = everyPermission.filter((permission) => permission !== "AUDIT");
    const asks = await aPersona(app, { permissions: others });
    expect((await app.call("GET", "/audit/exports", { as: asks })).status).toBe(403);
    expect((await app.call("GET", "/audit/exports")).status).toBe(401);
    const denied = (await itemsOf(app, "audit")).filter(({ actor }) => actor === asks.user.id);
    expect(denied).toMatchObject([{ action: "audit:read", outcome: "denied" }]);
  });
});

describe("what is exported", () => {
  it("holds no secret that passed through: passwords, keys, invitations", async () => {
    const admin = await aPersona(app, { permissions: everyPermission });
    const owner = await aPersona(app, { permissions: registering });
    const connection = await aConnection(owner);
    await aDataSource(owner, connection);
    const key = await app.call("POST", "/me/api-keys", { as: admin, body: { name: "laptop" } });
    const user = await app.call("POST", "/users", {
      as: admin,
      body: { name: "Ann", email: `${unique("ann")}@example.com` },
    });
    await exported();
    const { items } = await exportsOf(await aPersona(app, { permissions: ["AUDIT"] }));
    const text = items.map(textOf).join("");
    for (const action of ["connection:create", "data-source:create", "user:create"])
      expect(text).toContain(action);
    const secrets = [
      (key.body as { key: string }).key.slice(-40),
      (user.body as { invitation: { token: string } }).invitation.token,
      admin.key,
      await passwordOf(connection.id),
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(3);
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
  });
});

/** The password with which a connection reaches its database. */
async function passwordOf(connectionId: string): Promise<string> {
  const { secretRef } = (await app.store.connections([connectionId])).get(connectionId) ?? { secretRef: "" };
  return (await app.secrets.get(secretRef))?.["password"] ?? "";
}
