import { describe, expect, it } from "vitest";
import { adapterTechnology } from "#core/dbt/sync/plan/adapter-technology.ts";
import { dataTypeOf } from "#core/dbt/sync/plan/data-type.ts";
import { settle, type Found } from "#core/dbt/sync/plan/settle.ts";

const nothing: Found = { holder: null, tombstone: null, name: "marts.Orders", refusal: null };
const free = () => false;
const by = (change: Partial<Found>, taken: (name: string) => boolean = free) =>
  settle({ ...nothing, ...change }, { integrationId: "int_1", relation: "w.marts.orders" }, taken);
const held = (by: string | null, relation: string | null = by && "w.marts.orders") => ({
  dataSourceId: "ds_1",
  integrationId: by,
  relation,
});

describe("a relation that is no live binding's", () => {
  it("is made a data source of where nobody has it", () => {
    expect(by({})).toEqual({ does: "create", name: "marts.Orders" });
  });

  it("gets dbt's word where somebody else made one of it, but for another integration's", () => {
    const attach = { does: "attach", dataSourceId: "ds_1" };
    expect(by({ holder: held(null) })).toEqual(attach);
    expect(by({ holder: held("int_1") })).toEqual(attach);
    expect(by({ holder: held("int_2") })).toMatchObject({
      skip: { reason: "other-integration" },
    });
    expect(by({ holder: held("int_1", "other.marts.orders") })).toMatchObject({
      skip: { reason: "already-registered" },
    });
  });

  it("comes back as what it was, before anything is made anew", () => {
    const tombstone = { dataSourceId: "ds_1", name: "Our orders" };
    expect(by({ tombstone })).toEqual({ does: "restore", dataSourceId: "ds_1", name: "Our orders" });
    const taken = (name: string) => name === "our orders";
    expect(by({ tombstone }, taken)).toMatchObject({ does: "skip", skip: { reason: "name-taken" } });
    const holder = { ...held(null), dataSourceId: "ds_2" };
    expect(by({ tombstone, holder })).toMatchObject({ does: "attach", dataSourceId: "ds_2" });
  });

  it("is left out where its name is taken, in whatever case, and where the remote refuses it", () => {
    expect(by({}, (name) => name === "marts.orders")).toMatchObject({ skip: { reason: "name-taken" } });
    const refusal = { reason: "not-in-remote", detail: "" } as const;
    expect(by({ refusal })).toEqual({ does: "skip", skip: refusal });
    expect(by({ refusal, tombstone: { dataSourceId: "ds_1", name: "x" } })).toEqual({
      does: "skip",
      skip: refusal,
    });
    // A data source that is there stays, though the remote does not have its table just now.
    expect(by({ refusal, holder: held(null) }).does).toBe("attach");
  });
});

describe("a warehouse's words", () => {
  it.each([
    ["postgres", "postgresql"],
    ["snowflake", "snowflake"],
    ["spark", "other"],
    ["toString", "other"],
    [null, null],
  ])("dbt's adapter %j works on %j", (adapter, technology) => {
    expect(adapterTechnology(adapter)).toBe(technology);
  });

  it.each([
    ["character varying(20)", "text"],
    ["NUMBER(38,0)", "decimal"],
    ["BIGINT", "integer"],
    ["INT64", "integer"],
    ["integer", "integer"],
    ["interval", "interval"],
    ["timestamp without time zone", "timestamp"],
    ["timestamp(3) with time zone", "timestamp with time zone"],
    ["TIMESTAMP_LTZ(9)", "timestamp with time zone"],
    ["TIMESTAMP_NTZ(9)", "timestamp"],
    ["date", "date"],
    ["double precision", "float"],
    ["text[]", "array"],
    ["ARRAY<STRING>", "array"],
    ["STRUCT<a INT64>", "struct"],
    ["VARIANT", "json"],
    ["jsonb", "json"],
    ["bool", "boolean"],
    ["uuid", "uuid"],
    ["whatever", "unknown"],
    ["", "unknown"],
    [null, "unknown"],
  ])("%j is %s", (warehouse, type) => {
    expect(dataTypeOf(warehouse)).toBe(type);
  });
});
