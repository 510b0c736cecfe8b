import { describe, expect, it } from "vitest";
import { automaticChecks, runnableChecks } from "#core/health/health-job.ts";
import { measure } from "#core/health/measure.ts";
import type { RemoteFailure } from "#contracts/resources/remote.ts";
import { RemoteError, type RemoteSession } from "#core/ports/remote.ts";
import { FixedClock } from "#test/support/fixed-clock.ts";
import { aColumn } from "#test/support/records.ts";

const relation = { schema: "sales", name: "orders" };
const columns = [
  aColumn({ name: "id", ordinal: 1, unique: true, inPrimaryKey: true }),
  aColumn({ name: "note", ordinal: 2 }),
  aColumn({ name: "doc", ordinal: 3, countable: false }),
];

/** A remote that answers well, but for what a test changes; it counts what it was asked. */
function aSession(given: Partial<RemoteSession> = {}) {
  const asked: string[] = [];
  const session: RemoteSession = {
    server: () => Promise.resolve({ serverVersion: "18", database: "shop" }),
    listRelations: () => Promise.resolve([]),
    describe: () => Promise.resolve({ ...relation, kind: "table", comment: "", columns }),
    describeMany: () => Promise.reject(new Error("not asked for in these tests")),
    probe: () => Promise.resolve(),
    probeMany: () => Promise.reject(new Error("not asked for in these tests")),
    changeSigns: () => Promise.resolve(new Map()),
    countRows: () => Promise.resolve(10),
    columnStatistics: (_, names, rows) =>
      Promise.resolve({
        source: "whole-table",
        columns: names.map((column) => ({
          column,
          distinct: column === "id" ? rows : 3,
          nulls: 0,
          exact: true,
        })),
      }),
    keyStoreRefusal: () => Promise.resolve("key-schema-missing"),
    columnDomains: () => Promise.resolve([]),
    analyze: () => Promise.reject(new Error("not asked for in these tests")),
    close: () => Promise.resolve(),
    ...given,
  };
  const counted = new Proxy(session, {
    get: (target, name: keyof RemoteSession) => {
      asked.push(name);
      return target[name];
    },
  });
  return { session: counted, asked };
}

const run = (
  session: RemoteSession,
  checks: Parameters<typeof measure>[1] = runnableChecks,
  open?: RemoteError,
) => {
  const progress: number[] = [];
  return measure(new FixedClock(), checks, columns, {
    relation,
    changeSign: null,
    open: (ask) => (open === undefined ? ask(session) : Promise.reject(open)),
    done: (count) => progress.push(count),
    keepDomains: () => Promise.resolve("key-schema-missing"),
  }).then((measured) => ({ ...measured, progress }));
};

const refuses = (reason: RemoteFailure) => () => Promise.reject(new RemoteError(reason, "no"));

describe("a health run", () => {
  it("passes every check of a good table and takes its figures", async () => {
    const { checks, figures, progress } = await run(aSession().session);
    expect(Object.keys(checks)).toEqual([...runnableChecks]);
    expect(new Set(Object.values(checks).map(({ state }) => state))).toEqual(new Set(["passed"]));
    expect(figures.rowCount).toMatchObject({ value: 10, exact: true });
    expect(figures.highCardinalityColumn).toMatchObject({ name: "id", distinct: 10, exact: true });
    expect(figures.fingerprint?.map(({ column }) => column)).toEqual(["id", "note"]);
    expect(progress).toEqual([1, 2, 3, 4, 5]);
  });

  it("counts once and asks for distincts once, whatever is asked for", async () => {
    const { session, asked } = aSession();
    await run(session, automaticChecks);
    expect(asked).toEqual(["countRows", "columnStatistics"]);
  });

  it("never asks for columns whose values cannot be counted", async () => {
    const named: string[][] = [];
    const { session } = aSession({
      columnStatistics: (_, names) => {
        named.push([...names]);
        return Promise.resolve({ source: "sample", columns: [] });
      },
    });
    await run(session);
    expect(named).toEqual([["id", "note"]]);
  });

  it("skips the high cardinality column of an empty table by the name no-rows", async () => {
    const { checks, figures } = await run(aSession({ countRows: () => Promise.resolve(0) }).session);
    expect(checks["row-count"]).toMatchObject({ state: "passed" });
    expect(checks["high-cardinality"]).toMatchObject({ state: "skipped", detail: "no-rows" });
    expect(figures.rowCount).toMatchObject({ value: 0, exact: true });
    expect(figures.highCardinalityColumn).toBeNull();
  });

  it("skips it by the name no-candidate where there are only nulls", async () => {
    const nulls = aSession({
      columnStatistics: (_, names) =>
        Promise.resolve({
          source: "whole-table",
          columns: names.map((column) => ({ column, distinct: 0, nulls: 10, exact: true })),
        }),
    });
    const { checks } = await run(nulls.session);
    expect(checks["high-cardinality"]).toMatchObject({ state: "skipped", detail: "no-candidate" });
  });

  it("fails each check by the remote's own reason, and keeps the figures that could be taken", async () => {
    const { checks, figures } = await run(
      aSession({ columnStatistics: refuses("statement-timeout") }).session,
    );
    expect(checks["row-count"]?.state).toBe("passed");
    expect(checks["high-cardinality"]).toMatchObject({ state: "failed", detail: "statement-timeout: no" });
    expect(figures.rowCount?.value).toBe(10);
  });

  it("fails every check of a vanished table with that reason", async () => {
    const gone = refuses("table-not-found");
    const { checks, figures } = await run(
      aSession({ probe: gone, describe: gone, countRows: gone, columnStatistics: gone }).session,
    );
    for (const check of runnableChecks) {
      expect(checks[check]).toMatchObject({ state: "failed", detail: "table-not-found: no" });
    }
    expect(figures).toEqual({});
  });

  it("does not go on asking a server that is gone", async () => {
    const { session, asked } = aSession({ countRows: refuses("connection-lost") });
    const { checks } = await run(session);
    expect(asked).toEqual(["probe", "describe", "countRows"]);
    expect(checks.connectivity?.state).toBe("passed");
    expect(checks["high-cardinality"]).toMatchObject({ state: "failed", detail: "connection-lost: no" });
  });

  it.each([
    [null, true],
    ["connection-lost", true],
    ["statement-timeout", true],
    ["key-schema-missing", undefined],
    ["key-schema-open", undefined],
    ["permission-denied", undefined],
  ])("says that domains may lie in the remote where keeping them ended with %s: %s", async (refusal, may) => {
    const { session } = aSession();
    const { figures } = await measure(new FixedClock(), ["fingerprint"], columns, {
      relation,
      changeSign: null,
      open: (ask) => ask(session),
      done: () => {},
      keepDomains: () => Promise.resolve(refusal),
    });
    expect(figures.domainsMayRemain).toBe(may);
    expect(figures.domainsAt === null).toBe(refusal !== null);
  });

  it("measures the columns that there are now, where it has looked", async () => {
    const named: string[][] = [];
    const { session } = aSession({
      describe: () =>
        Promise.resolve({ ...relation, kind: "table", comment: "", columns: [aColumn({ name: "new" })] }),
      columnStatistics: (_, names) => {
        named.push([...names]);
        return Promise.resolve({ source: "sample", columns: [] });
      },
    });
    const { relation: found } = await run(session);
    expect(found?.columns.map(({ name }) => name)).toEqual(["new"]);
    expect(named).toEqual([["new"]]);
  });

  it("fails column detection, and keeps to the known columns, where the table has outgrown the bound", async () => {
    const many = Array.from({ length: 1601 }, (_, index) => aColumn({ name: `c${index}` }));
    const { checks, ...measured } = await run(
      aSession({
        describe: () => Promise.resolve({ ...relation, kind: "table", comment: "", columns: many }),
      }).session,
    );
    expect(checks["column-detection"]).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^too-many-columns: /),
    });
    expect(measured.relation).toBeNull();
    expect(measured.figures.fingerprint?.map(({ column }) => column)).toEqual(["id", "note"]);
  });

  it("fails all that was asked for when no session can be opened", async () => {
    const { checks } = await run(
      aSession().session,
      automaticChecks,
      new RemoteError("unreachable", "refused"),
    );
    expect(Object.keys(checks)).toEqual([...automaticChecks]);
    expect(checks["row-count"]).toMatchObject({ state: "failed", detail: "unreachable: refused" });
  });

  it("lets an error that is not the remote's fail the job, and a cancelled statement too", async () => {
    await expect(
      run(aSession({ countRows: () => Promise.reject(new TypeError("bug")) }).session),
    ).rejects.toThrow("bug");
    await expect(run(aSession({ countRows: refuses("cancelled") }).session)).rejects.toThrow(RemoteError);
  });
});
