import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import {
  aDataSource,
  aPersona,
  aRegistrar,
  aRemoteTable,
  connectionBody,
  registering,
} from "#test/support/personas.ts";
import { unique } from "#test/support/records.ts";
import { auditOf, itemsOf } from "#test/support/table-items.ts";
import type { Reply } from "#test/support/check-reply.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: ["GOVERNANCE"] });
const aKey = (): string => unique("key-");
const post = (path: string, key: string, body?: unknown, as = owner): Promise<Reply> =>
  app.call("POST", path, {
    as,
    headers: { "Idempotency-Key": key },
    ...(body === undefined ? {} : { body }),
  });

/** What two replies must share to be the same to a caller. */
const told = ({ status, headers, body }: Reply) => ({
  status,
  body,
  etag: headers["etag"],
  location: headers["location"],
});

describe("a POST with an Idempotency-Key", () => {
  it("sent again gets the same reply, and is done once: a data source", async () => {
    const { schema, table } = await aRemoteTable();
    const [key, body] = [aKey(), { connectionId: connection.id, schema, table, name: unique("once ") }];
    const first = await post("/data-sources", key, body);
    expect(first.status).toBe(201);
    app.clock.advance(1000);
    const again = await post("/data-sources", key, body);
    expect(told(again)).toEqual(told(first));
    expect(again.headers["x-request-id"]).not.toBe(first.headers["x-request-id"]);
    const { id } = first.body as { id: string };
    expect(await auditOf(app, "data-source", id)).toEqual(["data-source:create"]);
    expect((await owner.api.listJobs({ query: { dataSourceId: id } })).items).toHaveLength(1);
  });

  it("sent again gets the same reply: a connection, without its secrets in the kept reply", async () => {
    const [key, body] = [aKey(), connectionBody()];
    const first = await post("/connections", key, body);
    const again = await post("/connections", key, body);
    expect(first.status).toBe(201);
    expect(told(again)).toEqual(told(first));
    expect(again.text).not.toContain(body.credentials.password);
    const { id } = first.body as { id: string };
    expect(await app.secrets.list(`connections/${id}/`)).toHaveLength(1);
  });

  it("sent again gets the same reply: tags, members, checks, and what is done to jobs", async () => {
    const { id } = await aDataSource(owner, connection);
    const tag = (await governor.api.createTag({ body: { name: unique("T") } })).name;
    const person = await aPersona(app);
    const [job] = (await owner.api.listJobs({ query: { dataSourceId: id } })).items;
    const member = { principal: { type: "user", id: person.user.id }, role: "registrar" };
    const requests: readonly (readonly [string, unknown, typeof owner])[] = [
      ["/tags", { name: unique("T") }, governor],
      [`/connections/${connection.id}/members`, member, owner],
      [`/data-sources/${id}/checks`, { checks: ["row-count"] }, owner],
      [`/data-sources/${id}/tags`, { tags: [tag] }, owner],
      [`/jobs/${job?.id ?? ""}/cancel`, undefined, owner],
      [`/jobs/${job?.id ?? ""}/retry`, undefined, owner],
    ];
    for (const [path, body, as] of requests) {
      const key = aKey();
      const first = await post(path, key, body, as);
      expect([200, 201, 202]).toContain(first.status);
      expect(told(await post(path, key, body, as))).toEqual(told(first));
    }
  });

  it("and another body, path or query is refused", async () => {
    const key = aKey();
    const name = unique("T");
    expect((await post("/tags", key, { name }, governor)).status).toBe(201);
    const reused = { status: 422, body: { code: "idempotency-key-reused" } };
    expect(await post("/tags", key, { name: `${name}x` }, governor)).toMatchObject(reused);
    expect(await post("/tags", key, { name, description: "" }, governor)).toMatchObject(reused);
    const { id } = await aDataSource(owner, connection);
    const checks = aKey();
    expect((await post(`/data-sources/${id}/checks`, checks)).status).toBe(202);
    const other = await aDataSource(owner, connection);
    expect(await post(`/data-sources/${other.id}/checks`, checks)).toMatchObject(reused);
  });

  it("and another body is refused also after a request that found nothing to change", async () => {
    const { id } = await aDataSource(owner, connection);
    const name = unique("T");
    await governor.api.createTag({ body: { name } });
    await owner.api.addTags({ params: { dataSourceId: id }, body: { tags: [name] } });
    const key = aKey();
    expect((await post(`/data-sources/${id}/tags`, key, { tags: [name] })).status).toBe(200);
    const other = await post(`/data-sources/${id}/tags`, key, { tags: [name, name] });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
  });

  it("leaves nothing in the table by which its body could be guessed", async () => {
    const [key, body] = [aKey(), { name: unique("T") }];
    expect((await post("/tags", key, body, governor)).status).toBe(201);
    const plain = createHash("sha256")
      .update(`POST\0/tags\0\0${JSON.stringify(body)}`)
      .digest("hex");
    const kept = await itemsOf(app, "kept-reply");
    expect(kept.filter((item) => item["key"] === key)).toHaveLength(1);
    expect(kept.filter((item) => item["requestHash"] === plain)).toEqual([]);
  });

  it("belongs to its caller: another's same key is another key", async () => {
    const [key, other] = [aKey(), await aPersona(app, { permissions: ["GOVERNANCE"] })];
    expect((await post("/tags", key, { name: unique("T") }, governor)).status).toBe(201);
    expect((await post("/tags", key, { name: unique("T") }, other)).status).toBe(201);
  });

  it("is done once when it comes ten times at once, and every answer is the same", async () => {
    const { schema, table } = await aRemoteTable();
    const [key, body] = [aKey(), { connectionId: connection.id, schema, table, name: unique("ten ") }];
    const before = (await itemsOf(app, "data-source")).length;
    const replies = await Promise.all(Array.from({ length: 10 }, () => post("/data-sources", key, body)));
    expect(new Set(replies.map((reply) => JSON.stringify(told(reply)))).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
    const made = await itemsOf(app, "data-source", "dictionary-chunk");
    expect(made.filter(({ kind }) => kind === "data-source")).toHaveLength(before + 1);
    expect(made.filter(({ kind }) => kind === "dictionary-chunk")).toHaveLength(before + 1);
  });

  it("that takes a guard is done once when it comes ten times at once, and is no conflict with itself", async () => {
    const [key, name] = [aKey(), unique("T")];
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => post("/tags", key, { name }, governor)),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map((reply) => JSON.stringify(told(reply)))).size).toBe(1);
  });

  it("is done once when two different requests come at once under it", async () => {
    const [key, names] = [aKey(), [unique("T"), unique("T")]];
    const replies = await Promise.all(names.map((name) => post("/tags", key, { name }, governor)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 422]);
  });

  it("that failed may be sent again, and then succeeds", async () => {
    const [key, name] = [aKey(), unique("Later")];
    const { schema, table } = await aRemoteTable();
    const body = { connectionId: connection.id, schema, table, tags: [name] };
    expect(await post("/data-sources", key, body)).toMatchObject({
      status: 422,
      body: { code: "tag-not-found" },
    });
    await governor.api.createTag({ body: { name } });
    expect((await post("/data-sources", key, body)).status).toBe(201);
  });

  it("is forgotten after 24 hours, and not before", async () => {
    const [key, name] = [aKey(), unique("Day")];
    const first = await post("/tags", key, { name }, governor);
    app.clock.advance(24 * 3_600_000 - 1000);
    expect(told(await post("/tags", key, { name }, governor))).toEqual(told(first));
    app.clock.advance(1000);
    expect((await post("/tags", key, { name }, governor)).body).toMatchObject({ code: "tag-name-taken" });
    expect((await post("/tags", key, { name: `${name}2` }, governor)).status).toBe(201);
  });

  it("gives nothing to somebody who may not ask any more", async () => {
    const as = await aPersona(app, { permissions: ["GOVERNANCE", ...registering] });
    const [key, body] = [aKey(), { name: unique("T") }];
    expect((await post("/tags", key, body, as)).status).toBe(201);
    await app.store.commit([{ write: "put", kind: "user", record: { ...as.user, disabled: true } }]);
    expect((await post("/tags", key, body, as)).status).toBe(401);
  });

  it.each(["", " ", "a b", "é", "x".repeat(256)])("refuses the key %j", async (key) => {
    expect(await post("/tags", key, { name: unique("T") }, governor)).toMatchObject({
      status: 400,
      body: { code: "invalid-request", errors: [{ in: "header", pointer: "/Idempotency-Key" }] },
    });
  });
});
