import { describe, expect, it, onTestFinished } from "vitest";
import type { User } from "#core/people/user.ts";
import { caller } from "#test/support/app.ts";
import { aDbtApp, pathOf, standInCloud, type ShownIntegration } from "#test/support/dbt-app.ts";
import { aConnection, aKnownGroup, aPersona, registering } from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { allItems, auditOf, itemsOf } from "#test/support/table-items.ts";

const { app, standIn, admin, body, integrate, record } = await aDbtApp();
const post = (given: object, as = admin) => app.call("POST", "/dbt", { as, body: { ...body(), ...given } });
const secretRefs = async () => (await app.secrets.list("integrations/")).map(({ ref }) => ref);

describe("POST /dbt", () => {
  it("keeps what was tried, says where to send webhooks, and tells nothing of key and secret", async () => {
    const given = body();
    const reply = await app.call("POST", "/dbt", { as: admin, body: given });
    const { accountId, projectId, environmentId } = given;
    expect(reply).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/dbt/1/10/${environmentId}` },
      body: {
        accountId,
        projectId,
        environmentId,
        host: standIn.host,
        connectionId: null,
        owners: [{ type: "user", id: admin.user.id }],
        schemas: null,
        nameTemplate: "<schema>.<tablename>",
        includePackages: true,
        includeSources: true,
        webhookUrl: `https://reeve.test/dbt/1/10/${environmentId}/webhook`,
        webhookSecretSet: true,
        dataSourceCount: 0,
        lastRun: null,
        state: "active",
        version: 1,
      },
    });
    const secrets = [standIn.account.apiKey, given.webhookSecret];
    for (const secret of secrets) expect(reply.text).not.toContain(secret);
    const { id, secretRef } = await record(given);
    expect(await app.secrets.get(secretRef)).toEqual({
      apiKey: standIn.account.apiKey,
      webhookSecret: given.webhookSecret,
    });
    expect((await app.call("GET", pathOf(given), { as: admin })).body).toEqual(reply.body);
    expect(await auditOf(app, "integration", id)).toEqual(["integration:create"]);
    const stored = JSON.stringify(await allItems(app));
    for (const secret of secrets) expect(stored).not.toContain(secret);
  });

  it("takes ids as numbers, and answers them as text", async () => {
    const { environmentId, ...given } = body();
    const reply = await post({ ...given, accountId: 1, projectId: 10, environmentId: Number(environmentId) });
    expect(reply).toMatchObject({ status: 201, body: { accountId: "1", projectId: "10", environmentId } });
  });

  it.each([
    ["a host that is none of dbt Cloud's", { host: "dbt.example.com" }, "/host"],
    ["a host that only looks like dbt Cloud's", { host: "cloud.getdbt.com.example.com" }, "/host"],
    ["a metadata address", { host: "169.254.169.254" }, "/host"],
    ["an id that is no number", { accountId: "one" }, "/accountId"],
    ["an id of nothing", { projectId: 0 }, "/projectId"],
    ["an id with a fraction", { environmentId: 1.5 }, "/environmentId"],
    ["a key that is no text", { apiKey: 1 }, "/apiKey"],
    ["a key with a line break", { apiKey: "dbtc_a\nb" }, "/apiKey"],
    ["a template that names all alike", { nameTemplate: "<schema>" }, "/nameTemplate"],
    ["nobody who owns it", { owners: [] }, "/owners"],
    ["a secret where Reeve makes the webhook", { createWebhook: true }, "/webhookSecret"],
    ["no schema to take", { schemas: [] }, "/schemas"],
    ["a field that there is not", { password: "x" }, "/password"],
  ])("refuses %s, and names the place", async (_, given, pointer) => {
    const asked = standIn.log.length;
    const reply = await post(given);
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-request", errors: [{ pointer }] } });
    expect(standIn.log.length).toBe(asked);
  });

  it.each([
    ["the key is wrong", { apiKey: "dbtc_wrong-key" }, "dbt-cloud-key-refused"],
    ["there is no such environment", { environmentId: "4711" }, "dbt-environment-not-found"],
    ["the environment is of another project", { projectId: "11" }, "dbt-environment-not-found"],
  ])("is refused where %s, in words and without the key", async (_, given, code) => {
    const before = await secretRefs();
    const reply = await post(given);
    expect(reply).toMatchObject({ status: 422, body: { code } });
    expect(reply.text).not.toMatch(/dbtc_wrong-key|stand-in-key/);
    expect(await secretRefs()).toEqual(before);
  });

  it("is refused where dbt Cloud fails or answers no more", async () => {
    onTestFinished(() => standIn.heal());
    standIn.fault({ path: /environments/, fault: { fault: "status", status: 503 } });
    expect(await post({})).toMatchObject({ status: 422, body: { code: "dbt-cloud-unreachable" } });
  });

  it("is refused for an environment that is integrated already, before dbt Cloud is asked", async () => {
    const given = await integrate();
    const asked = standIn.log.length;
    const { accountId, projectId, environmentId } = given;
    const reply = await post({ accountId, projectId, environmentId });
    expect(reply).toMatchObject({ status: 409, body: { code: "integration-exists" } });
    expect(standIn.log.length).toBe(asked);
  });

  it("asked for twenty times at once makes one, and leaves nothing of the others", async () => {
    const before = new Set(await secretRefs());
    const given = body();
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(given)));
    const statuses = replies.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array<number>(19).fill(409)]);
    const { secretRef } = await record(given);
    expect((await secretRefs()).filter((ref) => !before.has(ref))).toEqual([secretRef]);
  });

  it("is for APPLICATION_ADMIN alone", async () => {
    const as = await aPersona(app, { permissions: ["CREATE_DATA_SOURCE", "GOVERNANCE", "USER_ADMIN"] });
    expect(await post({}, as)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  it("names owners that there are, each once, and says which are not", async () => {
    const owner = await aPersona(app);
    const ids = (id: string) => ({ type: "user", id });
    const twice = await integrate({ owners: [ids(owner.user.id), ids(owner.user.id)] });
    expect(twice.owners).toEqual([ids(owner.user.id)]);
    const reply = await post({ owners: [ids(owner.user.id), ids("usr_x"), { type: "group", id: "grp_x" }] });
    expect(reply).toMatchObject({
      status: 422,
      body: {
        code: "principal-not-found",
        errors: [{ pointer: "/owners/1/id" }, { pointer: "/owners/2/id" }],
      },
    });
  });

  it("sent again under its key gets the same reply, which holds no secret, and is done once", async () => {
    const headers = { "Idempotency-Key": unique("key-") };
    const given = body();
    const send = () => app.call("POST", "/dbt", { as: admin, body: given, headers });
    const [first, second] = [await send(), await send()];
    expect(first.status).toBe(201);
    expect([second.status, second.body, second.headers["location"]]).toEqual([
      201,
      first.body,
      first.headers["location"],
    ]);
    expect(second.text).not.toMatch(new RegExp(`stand-in-key|${given.webhookSecret}`));
    expect((await auditOf(app, "integration", (await record(given)).id)).length).toBe(1);
  });
});

describe("POST /dbt with a connection", () => {
  const anAdminWithConnection = async (given: Partial<User> = {}) => {
    const as = await aPersona(app, { permissions: [...registering, "APPLICATION_ADMIN"], ...given });
    return { as, connection: await aConnection(as) };
  };

  it("keeps in which schemas its maker may register tables", async () => {
    const { as, connection } = await anAdminWithConnection();
    expect(await record(await integrate({ connectionId: connection.id }, as))).toMatchObject({
      connectionId: connection.id,
      registrarSchemas: null,
    });
    const other = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
    const principal = { type: "user" as const, id: other.user.id };
    await as.api.addConnectionMember({
      params: { connectionId: connection.id },
      body: { principal, role: "registrar", schemas: ["marts_*"] },
    });
    expect(await record(await integrate({ connectionId: connection.id }, other))).toMatchObject({
      registrarSchemas: ["marts_*"],
    });
  });

  it("is refused to who is no registrar, and where there is no such connection", async () => {
    const { connection } = await anAdminWithConnection();
    const forbidden = await post({ connectionId: connection.id });
    expect(forbidden).toMatchObject({ status: 403, body: { code: "forbidden" } });
    const absent = await post({ connectionId: "con_absent" });
    expect(absent).toMatchObject({ status: 404, body: { code: "not-found" } });
  });

  it("is refused where its maker loses the role while dbt Cloud is asked", async () => {
    const { as, connection } = await anAdminWithConnection();
    const cloud = standInCloud(standIn, app.clock);
    const params = { connectionId: connection.id };
    const { items } = await as.api.listConnectionMembers({ params });
    const registrar = items.find(({ role }) => role === "registrar");
    const call = caller({
      ...app.parts,
      cloud: {
        ...cloud,
        async environment(access, of, patience) {
          const found = await cloud.environment(access, of, patience);
          await as.api.removeConnectionMember({ params: { ...params, memberId: registrar?.id ?? "" } });
          return found;
        },
      },
    });
    const before = await secretRefs();
    const given = { ...body(), connectionId: connection.id };
    const reply = await call("POST", "/dbt", { as, body: given });
    expect(reply).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await app.store.integration(given)).toBeNull();
    expect(await secretRefs()).toEqual(before);
  });
});

describe("POST /dbt with createWebhook", () => {
  const withWebhook = () => {
    const { webhookSecret: _, ...given } = body();
    return { ...given, createWebhook: true };
  };

  it("subscribes its own address in dbt Cloud, and keeps the secret", async () => {
    const given = withWebhook();
    const reply = await app.call("POST", "/dbt", { as: admin, body: given });
    expect(reply).toMatchObject({ status: 201, body: { webhookSecretSet: true } });
    const { webhookId, secretRef } = await record(given);
    const subscription = standIn.account.subscriptions.get(webhookId ?? "");
    expect(subscription?.clientUrl).toBe((reply.body as ShownIntegration).webhookUrl);
    expect((await app.secrets.get(secretRef))?.["webhookSecret"]).toBe(subscription?.secret);
    expect(reply.text).not.toContain(subscription?.secret);
  });

  it("leaves no subscription where the integration comes to nothing", async () => {
    const given = withWebhook();
    const before = new Set(standIn.account.subscriptions.keys());
    const replies = await Promise.all(
      [1, 2, 3].map(() => app.call("POST", "/dbt", { as: admin, body: given })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const made = [...standIn.account.subscriptions.keys()].filter((id) => !before.has(id));
    expect(made).toEqual([(await record(given)).webhookId]);
  });
});

describe("GET /dbt", () => {
  it("lists and shows integrations to their owners, directly and by a group, and to APPLICATION_ADMIN", async () => {
    const { id: group } = await aKnownGroup(app);
    const [owner, member, stranger] = [
      await aPersona(app),
      await aPersona(app, { groups: [group] }),
      await aPersona(app, {
        groups: [(await aKnownGroup(app)).id],
        permissions: ["GOVERNANCE", "USER_ADMIN", "AUDIT", "CREATE_DATA_SOURCE"],
      }),
    ];
    const one = await integrate({ owners: [{ type: "user", id: owner.user.id }] });
    const kept = await record(one);
    const owners = [...kept.owners, { type: "group" as const, id: group }];
    await app.store.commit([{ write: "put", kind: "integration", record: { ...kept, owners } }]);
    for (const as of [owner, member]) {
      const { items } = await as.api.listIntegrations();
      expect(items.map(({ environmentId }) => environmentId)).toEqual([one.environmentId]);
      expect((await app.call("GET", pathOf(one), { as })).status).toBe(200);
    }
    expect((await admin.api.listIntegrations()).items.length).toBeGreaterThan(1);
    expect(await stranger.api.listIntegrations()).toEqual({ items: [], nextCursor: null });
    for (const path of [pathOf(one), `${pathOf(one)}/runs`]) {
      expect(await app.call("GET", path, { as: stranger })).toMatchObject({ status: 404 });
    }
  });

  it("gives every integration once, page by page", async () => {
    const all = (await itemsOf(app, "integration")).map(({ environmentId }) => environmentId);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await admin.api.listIntegrations({
        query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      });
      seen.push(...page.items.map(({ environmentId }) => environmentId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(all.toSorted());
  });

  it.each(["/dbt/1/10/x", "/dbt/0/0/0", "/dbt/1/10/99999999999999999999", `/dbt/1/10/${"9".repeat(200)}`])(
    "says of %s that it is not there",
    async (path) => {
      expect(await app.call("GET", path, { as: admin })).toMatchObject({ status: 404 });
    },
  );
});
