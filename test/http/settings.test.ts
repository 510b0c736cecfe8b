import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { aPersona } from "#test/support/personas.ts";
import { auditOf } from "#test/support/table-items.ts";

const app = await anApp();
const administrator = await aPersona(app, { permissions: ["APPLICATION_ADMIN"] });
const get = (as = administrator) => app.call("GET", "/settings", { as });
const patch = (body: unknown, headers: Readonly<Record<string, string>> = {}, as = administrator) =>
  app.call("PATCH", "/settings", { as, body, headers });
const version = async (): Promise<number> => (await administrator.api.getSettings()).version;

describe("GET /settings", () => {
  it("answers the defaults to any user before anybody changed them", async () => {
    expect(await get(await aPersona(app))).toMatchObject({
      status: 200,
      headers: { etag: '"0"' },
      body: {
        preventStatisticsTag: "",
        deletionGuard: { percent: 25, minimum: 5 },
        schemaMonitoring: { cron: "30 0 * * *" },
        defaultSubscriptionPolicy: { kind: "individual", discoverable: false },
        version: 0,
      },
    });
  });
});

describe("PATCH /settings", () => {
  it("refuses what the first of two saw, and takes the first change at version 0", async () => {
    const replies = await Promise.all(
      [1, 2].map((minimum) => patch({ deletionGuard: { percent: 10, minimum } }, { "if-match": '"0"' })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    expect(await version()).toBe(1);
  });

  it("changes what is given, keeps the rest, and counts versions", async () => {
    const before = await administrator.api.getSettings();
    const { status, headers, body } = await patch({ preventStatisticsTag: " No Statistics " });
    expect({ status, etag: headers["etag"] }).toEqual({ status: 200, etag: `"${before.version + 1}"` });
    expect(body).toEqual({ ...before, preventStatisticsTag: "No Statistics", version: before.version + 1 });
    expect((await get()).body).toEqual(body);
  });

  it("loses none of several changes at once", async () => {
    const before = await version();
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, minute) => patch({ schemaMonitoring: { cron: `${minute} 1 * * *` } })),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await version()).toBe(before + 5);
    expect((await auditOf(app, "settings", "settings")).length).toBe(before + 5);
  });

  it.each([
    [{ deletionGuard: { percent: 101, minimum: 1 } }, "/deletionGuard/percent"],
    [{ deletionGuard: { percent: 1 } }, "/deletionGuard/minimum"],
    [{ deletionGuard: { percent: 1, minimum: 1, maximum: 1 } }, "/deletionGuard/maximum"],
    [{ schemaMonitoring: { cron: "daily" } }, "/schemaMonitoring/cron"],
    [{ schemaMonitoring: { cron: "99 99 99 99 99" } }, "/schemaMonitoring/cron"],
    [{ schemaMonitoring: { cron: "- - - - -" } }, "/schemaMonitoring/cron"],
    [{ schemaMonitoring: { cron: "*/0 * * * *" } }, "/schemaMonitoring/cron"],
    [{ schemaMonitoring: { cron: "30-10 * * * *" } }, "/schemaMonitoring/cron"],
    [{ schemaMonitoring: { cron: "0 0 0 * *" } }, "/schemaMonitoring/cron"],
    [{ defaultSubscriptionPolicy: { kind: "all", discoverable: true } }, "/defaultSubscriptionPolicy/kind"],
    [{ preventStatisticsTag: null }, "/preventStatisticsTag"],
    [{ version: 9 }, "/version"],
  ])("refuses %j", async (body, pointer) => {
    expect(await patch(body)).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "body", pointer }] },
    });
  });

  it("is for administrators; the prevent-statistics tag alone is for user administrators too", async () => {
    const userAdmin = await aPersona(app, { permissions: ["USER_ADMIN"] });
    expect((await patch({ preventStatisticsTag: "x" }, {}, userAdmin)).status).toBe(200);
    const more = { preventStatisticsTag: "y", schemaMonitoring: { cron: "0 0 * * *" } };
    expect((await patch(more, {}, userAdmin)).status).toBe(403);
    const others = await aPersona(app, { permissions: ["GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE"] });
    expect(await patch({ preventStatisticsTag: "z" }, {}, others)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect((await administrator.api.getSettings()).preventStatisticsTag).toBe("x");
  });
});
