import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamoStore } from "#adapters/dynamodb/dynamo-store.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { Write } from "#core/ports/change.ts";
import type { Page } from "#core/ports/store.ts";
import {
  aDataSource,
  aDataSourceMember,
  aDelta,
  aHealth,
  anAuditRecord,
  aTag,
} from "#test/support/catalog-records.ts";
import { aJob, unique } from "#test/support/records.ts";
import { aStore } from "#test/support/store.ts";

const taken = new DomainError("tag-name-taken");

/** Ids that sort as they are numbered. */
const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);

/** Every page of a list, as the ids on it. */
async function pagesOf(
  read: (after: string | null) => Promise<Page<{ readonly id: string }>>,
): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  let after: string | null = null;
  do {
    const page: Page<{ readonly id: string }> = await read(after);
    pages.push(page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null && pages.length < 50);
  return pages;
}

describe("tags", () => {
  const parent = aTag({ segment: "Länder" });
  const nested = aTag({ parentId: parent.id, segment: "Österreich" });

  it("are one tree, read whole once and again only when any has changed", async () => {
    const { store, client, tableName, clock } = await aStore();
    const other = dynamoStore({ client, tableName, clock });
    await store.commit([
      { write: "tag-tree", otherwise: taken },
      { write: "create", kind: "tag", record: parent },
      { write: "create", kind: "tag", record: nested },
    ]);
    const tree = await store.tagTree();
    expect(tree.find("LA\u0308NDER.öSTERREICH")).toEqual({ ...nested, name: "Länder.Österreich" });
    expect(await store.tagTree()).toBe(tree);
    await other.commit([
      { write: "tag-tree", expected: tree.version, otherwise: taken },
      { write: "put", kind: "tag", record: { ...parent, segment: "Countries", version: 2 } },
    ]);
    expect((await store.tagTree()).get(nested.id)?.name).toBe("Countries.Österreich");
  });

  it("take a change of a tree that has not changed since it was read, and no other", async () => {
    const { store } = await aStore();
    const change = (demands: object) =>
      store.commit([{ write: "tag-tree", otherwise: taken, ...demands }]).then(
        () => "taken",
        (error: unknown) => (error === taken ? "refused" : error),
      );
    expect(await change({ expected: 0 })).toBe("taken");
    expect(await change({ expected: 0 })).toBe("refused");
    expect(await change({ undeleted: 0 })).toBe("taken");
    expect(await change({ expected: 2, deletes: true })).toBe("taken");
    expect(await change({ undeleted: 0 })).toBe("refused");
    expect(await change({ undeleted: 1 })).toBe("taken");
    await store.commit([{ write: "require-tags", deletions: 1, otherwise: taken }]);
    await expect(store.commit([{ write: "require-tags", deletions: 0, otherwise: taken }])).rejects.toBe(
      taken,
    );
    expect(await store.tagTree()).toMatchObject({ version: 4, deletions: 1 });
  });

  it("of the first shape, which had a full name, are read as what they are called", async () => {
    const { store, client, tableName } = await aStore();
    const old = { pk: "TAGS", sk: "tag_old", kind: "tag", v: 1, id: "tag_old", name: "PII.SSN" };
    await client.send(
      new PutCommand({
        TableName: tableName,
        Item: { ...old, description: "", createdBy: "usr_1", createdAt: parent.createdAt, version: 1 },
      }),
    );
    expect((await store.tagTree()).find("pii.ssn")).toMatchObject({ id: "tag_old", deletingUntil: null });
  });
});

describe("activity", () => {
  it("is of one resource alone, newest first, a page at a time, each once", async () => {
    const { store } = await aStore();
    const ids = numbered("aud_", 7);
    const resource = { type: "data-source", id: "ds_1" };
    const records = ids.map((id) =>
      anAuditRecord({ id, resource, details: { before: { a: [1, null, "ä"] } } }),
    );
    await store.commit(records.map((record): Write => ({ write: "audit", record })));
    await store.commit([
      { write: "audit", record: anAuditRecord({ resource: { type: "data-source", id: "ds_10" } }) },
      { write: "audit", record: anAuditRecord({ resource: { type: "connection", id: "ds_1" } }) },
    ]);
    const pages = await pagesOf((before) => store.activity("data-source", "ds_1", before, 3));
    expect(pages.flat()).toEqual(ids.toReversed());
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect((await store.activity("data-source", "ds_1", null, 1)).items).toEqual([records.at(-1)]);
    expect(await store.activity("data-source", "ds_2", null, 3)).toEqual({ items: [], next: null });
  });

  it("cannot be rewritten: a record with the id of another is our own mistake", async () => {
    const { store } = await aStore();
    const record = anAuditRecord();
    await store.commit([{ write: "audit", record }]);
    const rewritten = { ...record, actor: "usr_2" };
    await expect(store.commit([{ write: "audit", record: rewritten }])).rejects.not.toBeInstanceOf(
      DomainError,
    );
    expect((await store.activity(record.resource.type, record.resource.id, null, 5)).items).toEqual([record]);
  });
});

describe("the list of jobs", () => {
  const month = (number: number) => `2026-0${number}-10T10:00:00.000Z`;

  it("goes on where its page ended, in the middle of a month and over its end", async () => {
    const { store, clock } = await aStore();
    clock.advance(60 * 86_400_000);
    const jobs = numbered("job_", 11).map((id, index) => aJob({ id, createdAt: month(index < 5 ? 1 : 2) }));
    await store.commit(jobs.map((job): Write => ({ write: "enqueue", job })).slice(0, 11));
    const newestFirst = jobs.map(({ id }) => id).toReversed();
    for (const limit of [1, 2, 3, 4, 5, 6, 7, 11, 12]) {
      const pages = await pagesOf((before) => store.listJobs({ before, limit }));
      expect(pages.flat(), `pages of ${limit}`).toEqual(newestFirst);
    }
  });

  it("of one data source goes on where its page ended, past whatever else lies with the data source", async () => {
    const { store } = await aStore();
    const id = unique("ds_");
    const subject = { type: "data-source", id, name: "orders" } as const;
    const jobs = numbered("job_", 7).map((jobId) => aJob({ id: jobId, subject }));
    await store.commit([
      { write: "create", kind: "data-source", record: aDataSource({ id }) },
      { write: "create", kind: "data-source-health", record: aHealth(id) },
      { write: "create", kind: "data-source-member", record: aDataSourceMember({ dataSourceId: id }) },
      ...jobs.map((job): Write => ({ write: "enqueue", job })),
    ]);
    for (const limit of [1, 2, 3, 7, 8]) {
      const pages = await pagesOf((before) => store.listJobs({ dataSourceIds: [id], before, limit }));
      expect(pages.flat(), `pages of ${limit}`).toEqual(jobs.map((job) => job.id).toReversed());
    }
  });

  it("of several data sources is all their jobs together, each once, over pages of any size", async () => {
    const { store } = await aStore();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (owners, limit) => {
          const sources = [0, 1, 2, 3].map(() => unique("ds_"));
          const jobs = owners.map((owner, index) => {
            const subject = { type: "data-source", id: sources[owner] ?? "", name: "orders" } as const;
            return aJob({ id: unique(`job_${String(index).padStart(4, "0")}_`), subject });
          });
          await store.commit(jobs.map((job): Write => ({ write: "enqueue", job })));
          const dataSourceIds = [...sources.slice(0, 3), sources[0] ?? ""];
          const pages = await pagesOf((before) => store.listJobs({ dataSourceIds, before, limit }));
          const expected = jobs.filter(({ subject }) => dataSourceIds.includes(subject.id));
          expect(pages.flat()).toEqual(expected.map(({ id }) => id).toReversed());
        },
      ),
      { numRuns: 15 },
    );
  });

  it("goes on over jobs that a filter leaves out, and ends", async () => {
    const { store } = await aStore();
    const jobs = numbered("job_", 9).map((id, index) =>
      aJob({ id, state: index % 4 === 0 ? "failed" : "queued" }),
    );
    await store.commit(jobs.map((job): Write => ({ write: "enqueue", job })));
    const pages = await pagesOf((before) => store.listJobs({ states: ["failed"], before, limit: 2 }));
    expect(pages.flat()).toEqual(["job_0008", "job_0004", "job_0000"]);
  });

  it("of what is active goes on over more than one page of a shard, each once", async () => {
    const { store } = await aStore();
    const jobs = numbered("job_", 450).map((id) => aJob({ id, line: id }));
    await Promise.all(
      numbered("", 18).map((_, index) =>
        store.commit(
          jobs.slice(index * 25, (index + 1) * 25).map((job): Write => ({ write: "enqueue", job })),
        ),
      ),
    );
    const seen = (await pagesOf((cursor) => store.activeJobs(cursor))).flat();
    expect([...seen].sort()).toEqual(jobs.map(({ id }) => id));
  });
});

describe("the catalog's deltas", () => {
  it("come in the order of their ids, all of them or those that follow one", async () => {
    const { store } = await aStore();
    const deltas = numbered("dlt_", 5).map((id) =>
      aDelta({ id, changes: [{ dataSourceId: `ds_${id}`, deleted: { version: 3 } }] }),
    );
    expect(await store.since(null)).toEqual([]);
    await store.commit(deltas.toReversed().map((delta): Write => ({ write: "delta", delta })));
    expect(await store.since(null)).toEqual(deltas);
    expect(await store.since("dlt_0001")).toEqual(deltas.slice(2));
    expect(await store.since("dlt_0001x")).toEqual(deltas.slice(2));
    expect(await store.since("dlt_0004")).toEqual([]);
  });

  it("are read also in the shape that they had before one told of several data sources", async () => {
    const { store, client, tableName } = await aStore();
    const at = "2026-01-01T00:00:00.000Z";
    const old = { id: "dlt_0001", at, dataSourceId: "ds_1", deleted: { version: 3 } };
    const item = { pk: "DELTAS", sk: old.id, kind: "delta", v: 1, id: old.id, delta: JSON.stringify(old) };
    await client.send(new PutCommand({ TableName: tableName, Item: item }));
    await store.commit([{ write: "delta", delta: aDelta({ id: "dlt_0002" }) }]);
    expect(await store.since(null)).toEqual([
      { id: old.id, at, changes: [{ dataSourceId: "ds_1", deleted: { version: 3 } }] },
      aDelta({ id: "dlt_0002" }),
    ]);
  });

  it("are dealt to several partitions", async () => {
    const { store, client, tableName } = await aStore();
    const deltas = numbered("dlt_", 50).map((id) => aDelta({ id }));
    await store.commit(deltas.map((delta): Write => ({ write: "delta", delta })));
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    expect(new Set(items.map((item) => String(item["pk"]))).size).toBe(4);
  });

  it("come whole also where they are more than one answer of DynamoDB", async () => {
    const { store } = await aStore();
    const owners = { principals: numbered("user:usr_", 5000), version: 1 };
    const deltas = numbered("dlt_", 25).map((id) => aDelta({ id, changes: [{ dataSourceId: id, owners }] }));
    await store.commit(deltas.map((delta): Write => ({ write: "delta", delta })));
    expect(await store.since(null)).toEqual(deltas);
  });
});
