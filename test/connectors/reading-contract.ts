import { describe, expect, it, onTestFinished } from "vitest";
import { relationKey, type Connector, type Relation } from "#core/ports/remote.ts";
import type { OpenSession } from "./connector-contract.ts";
import type { ColumnSpec, ConnectorFixture } from "./connector-fixture.ts";
import { amply, failureOf } from "./remote-failure.ts";

const id: ColumnSpec = { name: "id", type: "integer", nullable: false, key: "primary" };

/** The part of the contract about relations and their rows. */
export function readingContract(connector: Connector, fixture: ConnectorFixture, open: OpenSession): void {
  describe("listing relations", () => {
    it("gives every relation once, ordered, over pages of any size", async () => {
      const schema = await fixture.aSchema();
      for (const name of ["b", "a", "c", "B", "é"]) await fixture.aTable(schema, { name, columns: [id] });
      const session = await open();
      const seen: string[] = [];
      let after: Relation | undefined;
      for (;;) {
        const page = await session.listRelations({ schema, after, limit: 2 });
        seen.push(...page.map(({ name }) => name));
        after = page.at(-1);
        if (after === undefined) break;
      }
      expect(seen).toEqual(["B", "a", "b", "c", "é"]);
    });

    it("gives those of any of several schemas, ordered, over pages of any size", async () => {
      const schemas = [await fixture.aSchema(), await fixture.aSchema()].toSorted();
      const other = await fixture.aSchema();
      for (const schema of [...schemas, other])
        for (const name of ["b", "a"]) await fixture.aTable(schema, { name, columns: [id] });
      const session = await open();
      const asked = [...schemas.toReversed(), "absent", "a\0b", 'o"d,d {}'];
      for (const limit of [1, 2, 3, 5]) {
        const seen: string[] = [];
        let after: Relation | undefined;
        for (;;) {
          const page = await session.listRelations({ schema: asked, after, limit });
          seen.push(...page.map(relationKey));
          after = page.at(-1);
          if (after === undefined) break;
        }
        expect(seen).toEqual(
          schemas.flatMap((schema) => ["a", "b"].map((name) => relationKey({ schema, name }))),
        );
      }
      expect(await session.listRelations({ schema: ["a\0b"], limit: 10 })).toEqual([]);
    });

    it("gives kind and number of columns", async () => {
      const schema = await fixture.aSchema();
      const table = await fixture.aTable(schema, { name: "t", columns: [id, { name: "x", type: "text" }] });
      await fixture.aView(schema, table);
      const listed = await (await open()).listRelations({ schema, limit: 10 });
      expect(listed.map(({ kind, columnCount }) => [kind, columnCount])).toEqual([
        ["table", 2],
        ["view", 2],
      ]);
    });

    it("takes the search literally, in any case", async () => {
      const schema = await fixture.aSchema();
      for (const name of ["Order_Lines", "orderXlines", "100%", "Übung"])
        await fixture.aTable(schema, { name, columns: [id] });
      const session = await open();
      const found = async (search: string): Promise<string[]> =>
        (await session.listRelations({ schema, search, limit: 10 })).map(({ name }) => name);
      expect(await found("ORDER_L")).toEqual(["Order_Lines"]);
      expect(await found("%")).toEqual(["100%"]);
      expect(await found("übUNG")).toEqual(["Übung"]);
      expect(await found("\\")).toEqual([]);
      expect(await found("a\0b")).toEqual([]);
    });

    it("leaves out what the login may not read", async () => {
      const schema = await fixture.aSchema();
      await fixture.aTable(schema, { columns: [id] });
      const stranger = await connector.open(fixture.config(), await fixture.strangerCredentials(), amply);
      onTestFinished(() => stranger.close());
      expect(await stranger.listRelations({ schema, limit: 10 })).toEqual([]);
      expect(await stranger.listRelations({ schema, limit: 10, unreadable: true })).toHaveLength(1);
    });
  });

  describe("describing a relation", () => {
    it("gives columns in order with type, nullability, comment and keys", async () => {
      const relation = await fixture.aTable(await fixture.aSchema(), {
        comment: "what people owe",
        columns: [
          id,
          { name: "email", type: "text", key: "unique", comment: "lower case" },
          { name: "amount", type: "decimal", nullable: false },
          { name: "paid", type: "boolean" },
        ],
      });
      const description = await (await open()).describe(relation);
      expect(description).toMatchObject({ ...relation, kind: "table", comment: "what people owe" });
      expect(
        description.columns.map((c) => [
          c.ordinal,
          c.name,
          c.dataType,
          c.nullable,
          c.comment,
          c.inPrimaryKey,
          c.unique,
        ]),
      ).toEqual([
        [1, "id", "integer", false, "", true, true],
        [2, "email", "text", true, "lower case", false, true],
        [3, "amount", "decimal", false, "", false, false],
        [4, "paid", "boolean", true, "", false, false],
      ]);
    });

    it("fails with table-not-found for what is not there, and for names that nothing can have", async () => {
      const schema = await fixture.aSchema();
      const session = await open();
      const names = ["absent", "", "a\0b", "x".repeat(400)];
      for (const relation of [...names.map((name) => ({ schema, name })), { schema: "absent", name: "t" }]) {
        expect((await failureOf(session.describe(relation))).reason).toBe("table-not-found");
        expect((await failureOf(session.probe(relation))).reason).toBe("table-not-found");
      }
    });

    it.each(fixture.oddNames.map((name) => [name]))("takes the name %j as it is", async (name) => {
      const relation = await fixture.aTable(await fixture.aSchema(), {
        name,
        columns: [{ name, type: "integer" }],
        rows: [[1], [null]],
      });
      const session = await open();
      expect((await session.describe(relation)).columns.map((column) => column.name)).toEqual([name]);
      await session.probe(relation);
      expect(await session.countRows(relation)).toBe(2);
      const statistics = await session.columnStatistics(relation, [name], 2);
      expect(statistics.columns).toEqual([{ column: name, distinct: 1, nulls: 1, exact: true }]);
    });
  });

  describe("describing many relations", () => {
    it("gives what describing each gives, in the order asked for, without what is gone", async () => {
      const schema = await fixture.aSchema();
      const names = ["b", "a", ...fixture.oddNames];
      for (const name of names)
        await fixture.aTable(schema, { name, columns: [id, { name: "x", type: "text" }] });
      const session = await open();
      const asked = ["absent", ...names, "", "a\0b", "x".repeat(400)].map((name) => ({ schema, name }));
      const found = await session.describeMany([...asked, { schema: "absent", name: "b" }]);
      expect(found.map(({ name }) => name)).toEqual(names);
      for (const { readable, ...description } of found) {
        expect(readable).toBe(true);
        expect(description).toEqual(await session.describe(description));
      }
      expect(await session.describeMany([])).toEqual([]);
      expect(await session.describeMany([{ schema, name: "a\0b" }])).toEqual([]);
    });

    it("describes what the login may not read, and says so", async () => {
      const relation = await fixture.aTable(await fixture.aSchema(), { columns: [id] });
      const stranger = await connector.open(fixture.config(), await fixture.strangerCredentials(), amply);
      onTestFinished(() => stranger.close());
      expect(await stranger.describeMany([relation])).toMatchObject([{ ...relation, readable: false }]);
    });
  });

  describe("reading rows of many relations", () => {
    it("says nothing of those that can be read, and of each other one why not", async () => {
      const schema = await fixture.aSchema();
      const table = await fixture.aTable(schema, { columns: [id] });
      const view = await fixture.aView(schema, table);
      const failing = await fixture.aFailingView(schema);
      const absent = { schema, name: "absent" };
      const session = await open();
      expect(await session.probeMany([])).toEqual(new Map());
      expect(await session.probeMany([table, view])).toEqual(new Map());
      const failures = await session.probeMany([table, failing, absent, view]);
      expect([...failures].map(([key, { reason }]) => [key, reason])).toEqual([
        [relationKey(failing), "query-failed"],
        [relationKey(absent), "table-not-found"],
      ]);
      for (const { message } of failures.values()) {
        for (const told of ["raw-value", ...Object.values(fixture.credentials())])
          expect(message).not.toContain(told);
      }
    });

    it("takes any names, and says which the login may not read", async () => {
      const schema = await fixture.aSchema();
      const tables: Relation[] = [];
      for (const name of fixture.oddNames) tables.push(await fixture.aTable(schema, { name, columns: [id] }));
      expect(await (await open()).probeMany(tables)).toEqual(new Map());
      const stranger = await connector.open(fixture.config(), await fixture.strangerCredentials(), amply);
      onTestFinished(() => stranger.close());
      const failures = await stranger.probeMany(tables);
      expect([...failures.values()].map(({ reason }) => reason)).toEqual(
        tables.map(() => "permission-denied"),
      );
    });

    it("does not go on when the work is cancelled", async () => {
      const controller = new AbortController();
      const session = await open({ signal: controller.signal });
      const slow = await fixture.aSlowView(await fixture.aSchema());
      const probing = failureOf(session.probeMany([slow, slow]));
      await expect.poll(() => fixture.running(slow)).toBe(1);
      controller.abort();
      expect((await probing).reason).toBe("cancelled");
    });
  });

  describe("reading rows", () => {
    it("probes tables and views, empty ones too", async () => {
      const schema = await fixture.aSchema();
      const table = await fixture.aTable(schema, { columns: [id] });
      const session = await open();
      await expect(session.probe(table)).resolves.toBeUndefined();
      await expect(session.probe(await fixture.aView(schema, table))).resolves.toBeUndefined();
    });

    it("fails the probe of a view that cannot compute a row, without telling the value", async () => {
      const view = await fixture.aFailingView(await fixture.aSchema());
      const session = await open();
      await expect(session.describe(view)).resolves.toBeDefined();
      const error = await failureOf(session.probe(view), "raw-value");
      expect(error.reason).toBe("query-failed");
    });

    it("fails with permission-denied where the login may not read", async () => {
      const table = await fixture.aTable(await fixture.aSchema(), { columns: [id] });
      const credentials = await fixture.strangerCredentials();
      const stranger = await connector.open(fixture.config(), credentials, amply);
      onTestFinished(() => stranger.close());
      const error = await failureOf(stranger.probe(table), ...Object.values(credentials));
      expect(error.reason).toBe("permission-denied");
    });

    it("counts rows exactly", async () => {
      const table = await fixture.aLargeTable(await fixture.aSchema(), 12_345);
      expect(await (await open()).countRows(table)).toBe(12_345);
    });
  });

  describe("column statistics", () => {
    it("are zero and exact for a relation without rows", async () => {
      const table = await fixture.aTable(await fixture.aSchema(), { columns: [id] });
      const statistics = await (await open()).columnStatistics(table, ["id"], 0);
      expect(statistics.columns).toEqual([{ column: "id", distinct: 0, nulls: 0, exact: true }]);
    });

    it("cover every row of a small relation, exactly", async () => {
      const table = await fixture.aLargeTable(await fixture.aSchema(), 1000);
      const statistics = await (await open()).columnStatistics(table, ["n", "tenth", "half"], 1000);
      expect(statistics).toEqual({
        source: "whole-table",
        columns: [
          { column: "n", distinct: 1000, nulls: 0, exact: true },
          { column: "tenth", distinct: 10, nulls: 0, exact: true },
          { column: "half", distinct: 500, nulls: 500, exact: true },
        ],
      });
    });

    it("are estimates from a sample of a large relation, and say so", async () => {
      const rows = 50_000;
      const table = await fixture.aLargeTable(await fixture.aSchema(), rows);
      const { source, columns } = await (await open()).columnStatistics(table, ["n", "tenth", "half"], rows);
      expect(source).toBe("sample");
      expect(columns.map(({ column, exact }) => [column, exact])).toEqual([
        ["n", false],
        ["tenth", false],
        ["half", false],
      ]);
      const [n, tenth, half] = columns;
      expect(n?.distinct).toBe(rows);
      expect(tenth?.distinct).toBe(10);
      expect(half?.nulls).toBeGreaterThan(rows * 0.4);
      expect(half?.nulls).toBeLessThan(rows * 0.6);
    });

    it("are exact for a unique column without nulls, however large the relation", async () => {
      const rows = Array.from({ length: 20 }, (_, index) => [index]);
      const table = await fixture.aTable(await fixture.aSchema(), { columns: [id], rows });
      // No row is read for it: the count alone decides.
      const statistics = await (await open()).columnStatistics(table, ["id"], 1_000_000);
      expect(statistics).toEqual({
        source: "catalog",
        columns: [{ column: "id", distinct: 1_000_000, nulls: 0, exact: true }],
      });
    });
  });
}
