import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { anApp } from "#test/support/app.ts";
import { checked, expectSound } from "#test/support/invariants.ts";
import { stateMember } from "#test/support/state-member.ts";
import {
  aDataSource,
  aKnownGroup,
  aPersona,
  aRegistrar,
  aRemoteTable,
  everyPermission,
} from "#test/support/personas.ts";
import { itemsOf, type StoredItem } from "#test/support/table-items.ts";

const app = await anApp();
const { owner, connection } = await aRegistrar(app);
const governor = await aPersona(app, { permissions: everyPermission });

const source = await aDataSource(owner, connection, await aRemoteTable());
await governor.api.createTag({ body: { name: "PII.Name" } });
await owner.api.addTags({ params: { dataSourceId: source.id }, body: { tags: ["PII.Name"] } });
await owner.api.updateColumn({
  params: { dataSourceId: source.id, column: "name" },
  body: { description: "What it is called", addTags: ["PII"] },
});
await app.drain();
const waiting = await aDataSource(owner, connection, await aRemoteTable());
const gone = await aDataSource(owner, connection, await aRemoteTable());
await owner.api.deleteDataSource({ params: { dataSourceId: gone.id } });

const Key = ({ pk, sk }: StoredItem) => ({ pk, sk });
const table = { TableName: app.tableName };

/** The only item of a kind that some of its attributes tell. */
async function theItem(kind: string, of: (item: StoredItem) => boolean = () => true): Promise<StoredItem> {
  const item = (await itemsOf(app, kind)).find(of);
  if (item === undefined) throw new Error(`there is no such ${kind}`);
  return item;
}

/** What is found while an item is missing; afterwards it is there again. */
async function without(item: StoredItem): Promise<readonly string[]> {
  await app.client.send(new DeleteCommand({ ...table, Key: Key(item) }));
  try {
    return await found();
  } finally {
    await app.client.send(new PutCommand({ ...table, Item: { ...item } }));
  }
}

/** What is found while there is one item too many, or another in an item's place. */
async function withItem(item: StoredItem, instead?: StoredItem): Promise<readonly string[]> {
  await app.client.send(new PutCommand({ ...table, Item: { ...item } }));
  try {
    return await found();
  } finally {
    if (instead === undefined) await app.client.send(new DeleteCommand({ ...table, Key: Key(item) }));
    else await app.client.send(new PutCommand({ ...table, Item: { ...instead } }));
  }
}

const found = async (): Promise<readonly string[]> =>
  (await checked(app)).findings.map(({ invariant, subject }) => `${invariant} ${subject}`);

const ofSource = ({ pk }: StoredItem): boolean => pk === `DS#${source.id}`;

it("finds nothing in a table in which people have worked, and tells what it read", async () => {
  await expectSound(app);
  const { items, kinds, broken, truncated } = await checked(app);
  expect([broken, truncated]).toEqual([0, false]);
  expect(kinds).toMatchObject({ "data-source": 3, "data-source-health": 3, connection: 1, job: 3 });
  expect(items).toBe(Object.values(kinds).reduce((sum, count) => sum + count, 0));
});

it.each([
  ["guard", "record-holds-its-guard"],
  ["user", "key-has-its-user"],
  ["tag", "tag-stands"],
  ["connection", "connection-stands"],
  ["job-in-month", "job-is-listed"],
])("finds what rests on a %s that is missing", async (kind, invariant) => {
  const item = await theItem(kind);
  expect(await without(item)).toContainEqual(expect.stringMatching(`^${invariant} `));
  await expectSound(app);
});

it("finds a deleted data source that nothing would purge, and a tombstone of what is not deleted", async () => {
  const tombstone = await theItem("tombstone");
  expect(await without(tombstone)).toEqual([`deleted-has-its-tombstone ${gone.id}`]);
  const stray = {
    ...tombstone,
    sk: `${String(tombstone["deletedAt"])}#${source.id}`,
    dataSourceId: source.id,
  };
  expect(await withItem(stray)).toEqual([`deleted-has-its-tombstone ${source.id}`]);
});

it("finds a thread without its place, a place without its thread, and one where another should be", async () => {
  const thread = await owner.api.createThread({
    params: { dataSourceId: source.id },
    body: { text: "Q", column: "name" },
  });
  for (const kind of ["thread", "thread-place"]) {
    expect(await without(await theItem(kind))).toEqual([`thread-has-its-place ${thread.id}`]);
  }
  const place = await theItem("thread-place");
  const expected = [`thread-has-its-place ${thread.id}`];
  expect(await withItem({ ...place, resolved: true }, place)).toEqual(expected);
  expect(await withItem({ ...place, sk: `${String(place["sk"])}x`, lastActivityAt: "x" })).toEqual(expected);
  await expectSound(app);
});

it("finds a saved query without its name, and a name without its query", async () => {
  const params = { dataSourceId: source.id };
  await owner.api.createQuery({ params, body: { name: "Daily", sql: "select 1" } });
  for (const kind of ["saved-query", "saved-query-names"]) {
    expect(await without(await theItem(kind))).toEqual([`saved-query-holds-its-name ${source.id}`]);
  }
  await expectSound(app);
});

it.each([
  ["data-source-health", "data-source-is-whole"],
  ["data-source-member", "data-source-is-whole"],
  ["dictionary-chunk", "dictionary-is-whole"],
])("finds a data source that lacks its %s", async (kind, invariant) => {
  expect(await without(await theItem(kind, ofSource))).toEqual([`${invariant} ${source.id}`]);
});

it("finds users among groups, and the same group twice", async () => {
  const group = await aKnownGroup(app);
  const member = await stateMember(app, source.id, { type: "group", id: group.id }, "expert");
  const item = await theItem("group-roles", ofSource);
  const another = { ...member, id: "mem_2" };
  const aUser = { ...member, id: "mem_3", principal: { type: "user", id: owner.user.id } };
  const misplaced = `members-are-told-apart ${source.id}`;
  expect(await withItem({ ...item, members: [member, another, aUser] }, item)).toEqual([
    misplaced,
    misplaced,
  ]);
  const own = await theItem("data-source-member", ofSource);
  expect(await withItem({ ...own, principal: member.principal }, own)).toEqual([misplaced]);
  expect(await found()).toEqual([]);
});

it("counts no owner whose role has an end", async () => {
  const own = await theItem("data-source-member", ofSource);
  const expiresAt = new Date(app.clock.now().getTime() + 1).toISOString();
  expect(await withItem({ ...own, expiresAt }, own)).toEqual([`data-source-is-whole ${source.id}`]);
});

it("finds all that is left of a data source whose header is missing", async () => {
  const findings = await without(await theItem("data-source", ofSource));
  expect(findings).toContain(`nothing-without-its-data-source ${source.id}`);
  expect(findings.filter((one) => one.startsWith("guard-has-its-record"))).toHaveLength(2);
});

it("finds a generation that no header points at, unless it has just been staged", async () => {
  const chunk = await theItem("dictionary-chunk", ofSource);
  const stray = { ...chunk, sk: "DICT#schema#gen_stray#0000", generation: "gen_stray" };
  expect(await withItem(stray)).toEqual([`no-dangling-generation ${source.id}`]);
  const marker = {
    ...(await theItem("staged-generation")),
    sk: `gen_stray#${source.id}`,
    dataSourceId: source.id,
    generation: "gen_stray",
    stagedAt: app.clock.now().toISOString(),
  };
  await app.client.send(new PutCommand({ ...table, Item: marker }));
  expect(await withItem(stray)).toEqual([]);
  await app.client.send(new DeleteCommand({ ...table, Key: Key(marker) }));
});

it("finds a job that does not stand in its line, and the check that would wait for ever without it", async () => {
  const job = await theItem("job", ({ subject }) => (subject as { id: string }).id === waiting.id);
  expect(await without(job)).toEqual(
    expect.arrayContaining([
      `check-waits-for-a-job ${waiting.id}`,
      expect.stringMatching("^slot-has-its-job "),
    ]),
  );
  const slot = await theItem("slot", ({ jobId }) => jobId === job["id"]);
  expect(await without(slot)).toEqual([`slot-has-its-job ${String(job["id"])}`]);
  const waits = { ...job, admittedAt: null, slot: null };
  expect(await withItem(waits, job)).toEqual(
    expect.arrayContaining([`waiting-job-stands-in-line ${String(job["id"])}`]),
  );
  const unseen = Object.fromEntries(Object.entries(job).filter(([name]) => !name.startsWith("gsi1")));
  expect(await withItem(unseen, job)).toEqual([`unfinished-job-is-found ${String(job["id"])}`]);
  await expectSound(app);
});

it("finds a place in a line, and a slot, whose job is somewhere else", async () => {
  const slot = await theItem("slot");
  const stray = { ...slot, sk: "SLOT#9", slot: 9 };
  expect(await withItem(stray)).toEqual([`slot-has-its-job ${connection.id} 9`]);
  const place = { ...slot, sk: "WAIT#job_stray", kind: "waiting-job", jobId: "job_stray" };
  expect(await withItem(place)).toEqual([`place-has-its-job ${connection.id}`]);
});

it("finds a job that nobody has worked on for a quarter of an hour", async () => {
  const job = await theItem("job", ({ subject }) => (subject as { id: string }).id === waiting.id);
  const lost = { ...job, admittedAt: new Date(app.clock.now().getTime() - 16 * 60_000).toISOString() };
  expect(await withItem(lost, job)).toEqual([`no-job-is-lost ${String(job["id"])}`]);
});

it("finds what it cannot read, by its key, and goes on", async () => {
  const header = await theItem("data-source", ofSource);
  const { name: _, ...nameless } = header;
  expect(await withItem(nameless, header)).toContain(`everything-can-be-read DS#${source.id} / DS`);
  expect(await withItem({ pk: "NEW", sk: "KIND", kind: "from-a-later-version", v: 1 })).toEqual([
    "everything-can-be-read NEW / KIND",
  ]);
});

it("tells only what it found twice: what is half done while it reads is no finding", async () => {
  const health = await theItem("data-source-health", ofSource);
  await app.client.send(new DeleteCommand({ ...table, Key: Key(health) }));
  const { checkTable } = await import("#core/invariants/check-table.ts");
  const { tableFacts } = await import("#adapters/dynamodb/stores/table-facts.ts");
  let readings = 0;
  const report = await checkTable(
    {
      async *facts() {
        yield* tableFacts(app).facts();
        readings += 1;
        await app.client.send(new PutCommand({ ...table, Item: { ...health } }));
      },
    },
    () => app.clock.now(),
  );
  expect([report.broken, readings]).toEqual([0, 2]);
});

it("tells a hundred findings and how many there are", async () => {
  const edit = await theItem("column-edit", ofSource);
  const strays = Array.from({ length: 101 }, (_, index) => ({ ...edit, pk: `DS#ds_stray${index}` }));
  await Promise.all(
    strays.map((item, index) =>
      app.client.send(new PutCommand({ ...table, Item: { ...item, dataSourceId: `ds_stray${index}` } })),
    ),
  );
  const { broken, findings, truncated } = await checked(app);
  expect([broken, findings.length, truncated]).toEqual([101, 100, true]);
  await Promise.all(strays.map((item) => app.client.send(new DeleteCommand({ ...table, Key: Key(item) }))));
  await expectSound(app);
});

it("reads a table of several pages whole", async () => {
  const filler = "x".repeat(300_000);
  const items = Array.from({ length: 5 }, (_, index) => ({
    pk: `BIG#${index}`,
    sk: "BIG",
    kind: "audit",
    filler,
  }));
  await Promise.all(items.map((Item) => app.client.send(new PutCommand({ ...table, Item }))));
  const before = (await checked(app)).kinds["audit"] ?? 0;
  await app.client.send(
    new UpdateCommand({
      ...table,
      Key: { pk: "BIG#0", sk: "BIG" },
      UpdateExpression: "set #k = :d",
      ExpressionAttributeNames: { "#k": "kind" },
      ExpressionAttributeValues: { ":d": "delta" },
    }),
  );
  expect((await checked(app)).kinds["audit"]).toBe(before - 1);
});

it("says nothing of an old job that has expired in part: what has expired is removed in any order", async () => {
  const day = 24 * 60 * 60_000;
  const finished = await theItem("job", ({ state }) => state === "succeeded");
  const place = await theItem("job-in-month", ({ jobId }) => jobId === finished["id"]);
  app.clock.advance(89 * day);
  expect(await without(place)).toContain(`job-is-listed ${String(finished["id"])}`);
  app.clock.advance(2 * day);
  expect(await without(place)).not.toContain(`job-is-listed ${String(finished["id"])}`);
});
