import { describe, expect, it, onTestFinished } from "vitest";
import type { Connector } from "#core/ports/remote.ts";
import type { OpenSession } from "./connector-contract.ts";
import type { ConnectorFixture } from "./connector-fixture.ts";
import { amply, failureOf } from "./remote-failure.ts";

const value = (text: string) => ({ value: text, cut: false });

/** The part of the contract about the values of columns. */
export function analysisContract(connector: Connector, fixture: ConnectorFixture, open: OpenSession): void {
  describe("analyzing columns", () => {
    it("gives counts, extremes and the most frequent values of every row, exactly", async () => {
      const table = await fixture.aTable(await fixture.aSchema(), {
        columns: [
          { name: "n", type: "integer" },
          { name: "kind", type: "text" },
          { name: "paid", type: "boolean" },
        ],
        rows: [
          [10, "b", true],
          [9, "a", null],
          [9, "b", false],
          [null, null, null],
        ],
      });
      const [n, kind, paid] = await (await open()).analyze(table, ["n", "kind", "paid"]);
      expect(n).toEqual({
        column: "n",
        count: 4,
        nulls: 1,
        distinct: 2,
        minimum: value("9"),
        maximum: value("10"),
        topValues: [
          { ...value("9"), count: 2 },
          { ...value("10"), count: 1 },
        ],
        exact: true,
      });
      expect(kind).toMatchObject({
        distinct: 2,
        minimum: value("a"),
        topValues: [{ value: "b", count: 2 }, {}],
      });
      expect(paid).toMatchObject({ count: 4, nulls: 2, distinct: 2 });
    });

    it("gives nulls alone where there are no values, and nothing where there are no rows", async () => {
      const schema = await fixture.aSchema();
      const columns = [{ name: "x", type: "text" as const }];
      const nulls = await fixture.aTable(schema, { columns, rows: [[null], [null]] });
      const empty = await fixture.aTable(schema, { columns });
      const session = await open();
      const none = { column: "x", distinct: 0, minimum: null, maximum: null, topValues: [], exact: true };
      expect(await session.analyze(nulls, ["x"])).toEqual([{ ...none, count: 2, nulls: 2 }]);
      expect(await session.analyze(empty, ["x"])).toEqual([{ ...none, count: 0, nulls: 0 }]);
    });

    it("looks at a bounded part of a large relation, and says so", async () => {
      const table = await fixture.aLargeTable(await fixture.aSchema(), 50_000);
      const [n, tenth, half] = await (await open()).analyze(table, ["n", "tenth", "half"]);
      expect([n?.exact, tenth?.exact, half?.exact]).toEqual([false, false, false]);
      expect(n?.count).toBeGreaterThan(1000);
      expect(n?.count).toBeLessThanOrEqual(10_000);
      expect(n?.distinct).toBe(n?.count);
      expect(tenth?.distinct).toBe(10);
      expect(n?.topValues).toHaveLength(10);
    });

    it("cuts long values after 200 characters, and says so", async () => {
      const long = "📏".repeat(201);
      const table = await fixture.aTable(await fixture.aSchema(), {
        columns: [{ name: "x", type: "text" }],
        rows: [[long], ["y".repeat(200)]],
      });
      const [x] = await (await open()).analyze(table, ["x"]);
      const shown = [x?.minimum, x?.maximum, ...(x?.topValues ?? [])].map((one) => [one?.value, one?.cut]);
      expect(shown).toContainEqual(["📏".repeat(200), true]);
      expect(shown).toContainEqual(["y".repeat(200), false]);
    });

    it("reads views as it reads tables", async () => {
      const schema = await fixture.aSchema();
      const table = await fixture.aTable(schema, {
        columns: [{ name: "x", type: "integer" }],
        rows: [[1], [2]],
      });
      const [x] = await (await open()).analyze(await fixture.aView(schema, table), ["x"]);
      expect(x).toMatchObject({ count: 2, distinct: 2, minimum: value("1"), exact: true });
    });

    it.each(fixture.oddNames.map((name) => [name]))("takes the column %j as it is named", async (name) => {
      const table = await fixture.aTable(await fixture.aSchema(), {
        columns: [{ name, type: "text" }],
        rows: [['it\'s "odd"\n\\ 🙂']],
      });
      const [x] = await (await open()).analyze(table, [name]);
      expect(x).toMatchObject({ column: name, minimum: value('it\'s "odd"\n\\ 🙂') });
    });

    it("fails by name without the table, the right or the column, and tells no value of a view that fails", async () => {
      const schema = await fixture.aSchema();
      const table = await fixture.aTable(schema, { columns: [{ name: "x", type: "integer" }] });
      const session = await open();
      const absent = session.analyze({ schema, name: "absent" }, ["x"]);
      expect((await failureOf(absent)).reason).toBe("table-not-found");
      expect((await failureOf(session.analyze(table, ["gone"]))).reason).toBe("query-failed");
      const failing = await fixture.aFailingView(schema);
      const column = (await session.describe(failing)).columns.at(-1);
      const broken = session.analyze(failing, [column?.name ?? ""]);
      expect((await failureOf(broken, "raw-value")).reason).toBe("query-failed");
      const stranger = await connector.open(fixture.config(), await fixture.strangerCredentials(), amply);
      onTestFinished(() => stranger.close());
      expect((await failureOf(stranger.analyze(table, ["x"]))).reason).toBe("permission-denied");
    });

    it("is ended by the engine when it takes too long", async () => {
      const slow = await fixture.aSlowView(await fixture.aSchema());
      const session = await open({ statementTimeoutMs: 200 });
      const column = (await session.describe(slow)).columns.at(-1);
      const error = await failureOf(session.analyze(slow, [column?.name ?? ""]));
      expect(error.reason).toBe("statement-timeout");
      expect(await fixture.running(slow)).toBe(0);
    });
  });
}
