import { describe, expect, it } from "vitest";
import { identityOf, keyOf, renderedOf } from "#core/dbt/snapshot/identity.ts";
import { spelling, spellingInCatalog } from "#core/dbt/snapshot/spelling.ts";

const model = (fields: object) => ({
  resource_type: "model",
  database: "Db",
  schema: "Sch",
  name: "orders",
  alias: "Orders",
  ...fields,
});

const spelt = (adapter: string | null, fields: object, quoting = {}) => {
  const node = model(fields);
  const identity = identityOf(node);
  if (identity === null) throw new Error("no identity");
  const { database, schema, table } = spelling(node, identity, { adapter, quoting });
  return [database, schema, table].join(".");
};

describe("names", () => {
  it.each([
    ["postgres", '"Db"."Sch"."Orders"', "Db.Sch.Orders"],
    ["postgres", "Db.Sch.Orders", "db.sch.orders"],
    ["postgres", 'Db."Sch".Orders', "db.Sch.orders"],
    ["snowflake", "Db.Sch.Orders", "DB.SCH.ORDERS"],
    ["snowflake", 'Db.Sch."Orders"', "DB.SCH.Orders"],
    ["bigquery", "`Db`.`Sch`.`Orders`", "Db.Sch.Orders"],
    ["redshift", '"Db"."Sch"."Orders"', "db.sch.orders"],
    ["databricks", "`Db`.`Sch`.`Orders`", "db.sch.orders"],
    ["spark", "Sch.Orders", "db.sch.orders"],
    ["trino", '"Db"."Sch"."Orders"', "db.sch.orders"],
    ["athena", '"Db"."Sch"."Orders"', "db.sch.orders"],
    ["duckdb", '"Db"."Sch"."Orders"', "db.sch.orders"],
    ["sqlserver", "[Db].[Sch].[Orders]", "db.sch.orders"],
    ["clickhouse", "`Sch`.`Orders`", "Db.Sch.Orders"],
    [null, "Db.Sch.Orders", "Db.Sch.Orders"],
  ])("of %s rendered as %s are spelt %s", (adapter, relation_name, expected) => {
    expect(spelt(adapter, { relation_name })).toBe(expected);
  });

  it("that were not rendered follow the node, its configuration, the project and then the adapter", () => {
    expect(spelt("postgres", {})).toBe("Db.Sch.Orders");
    expect(spelt("snowflake", {})).toBe("DB.SCH.ORDERS");
    expect(spelt("snowflake", {}, { schema: true })).toBe("DB.Sch.ORDERS");
    expect(spelt("snowflake", { config: { quoting: { identifier: true } } }, { identifier: false })).toBe(
      "DB.SCH.Orders",
    );
    expect(
      spelt("postgres", { quoting: { identifier: false }, config: { quoting: { identifier: true } } }),
    ).toBe("Db.Sch.orders");
    expect(spelt("snowflake", { quoting: { identifier: null } }, { identifier: true })).toBe("DB.SCH.Orders");
  });

  it("take no quoting from a rendered name that names something else", () => {
    expect(spelt("snowflake", { relation_name: '"Other"."Sch"."Orders"' })).toBe("DB.SCH.ORDERS");
  });

  it("are spelt as the catalog spells them, where it means the same", () => {
    const at = { database: "DB", schema: "SCH", table: "ORDERS" };
    expect(spellingInCatalog(at, { database: "Db", schema: "sch", name: "Orders" })).toEqual({
      database: "Db",
      schema: "sch",
      table: "Orders",
    });
    expect(spellingInCatalog(at, { database: "elsewhere", schema: null, name: "orders_2" })).toEqual(at);
    expect(spellingInCatalog({ ...at, database: null }, { database: "hive_metastore" }).database).toBeNull();
  });
});

describe("an identity", () => {
  it("is by the alias of what dbt makes and the identifier of a source", () => {
    expect(identityOf(model({ name: "customers", alias: "customers_v2" }))?.table).toBe("customers_v2");
    expect(identityOf(model({ name: "customers", alias: null }))?.table).toBe("customers");
    const source = {
      resource_type: "source",
      schema: "raw",
      name: "orders",
      identifier: "ORDERS_2024",
      alias: "x",
    };
    expect(identityOf(source)?.table).toBe("ORDERS_2024");
    expect(identityOf({ ...source, identifier: "" })?.table).toBe("orders");
  });

  it("of a snapshot that lacks its schema is where its configuration puts it", () => {
    const snapshot = {
      resource_type: "snapshot",
      name: "history",
      config: { target_schema: "past", target_database: "cold" },
    };
    expect(identityOf(snapshot)).toEqual({ database: "cold", schema: "past", table: "history" });
    expect(identityOf({ ...snapshot, schema: "now", database: "warm" })).toEqual({
      database: "warm",
      schema: "now",
      table: "history",
    });
  });

  it("needs a schema and a name, but no database", () => {
    expect(identityOf({ resource_type: "model", name: "orders" })).toBeNull();
    expect(identityOf({ resource_type: "model", schema: "s", name: " " })).toBeNull();
    expect(identityOf({ resource_type: "model", schema: "s", name: "orders", database: null })).toEqual({
      database: null,
      schema: "s",
      table: "orders",
    });
  });

  it("has one key whatever its case, and another one for every other relation", () => {
    const key = (database: string | null, schema: string, table: string) =>
      keyOf({ database, schema, table });
    expect(key("Db", "Sch", "Orders")).toBe("db.sch.orders");
    expect(key(null, "Sch", "Orders")).toBe("sch.orders");
    expect(key("a.b", "c", "d")).not.toBe(key("a", "b.c", "d"));
    expect(key(null, "a.b", "c")).not.toBe(key("a", "b", "c"));
    expect(key('a"', "b", "c")).toBe('"a""".b.c');
  });

  it("agrees with a rendered name that leaves out the database", () => {
    const node = model({ relation_name: "`sch`.`orders`" });
    expect(renderedOf(node, { database: "Db", schema: "Sch", table: "Orders" }).kind).toBe("agrees");
  });
});
