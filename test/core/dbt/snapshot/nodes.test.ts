import { describe, expect, it } from "vitest";
import { buildsRelations, builtBy } from "#core/dbt/snapshot/built.ts";
import { leftOut, packageOf, relationTypeOf, unfit } from "#core/dbt/snapshot/choose-node.ts";
import { GroupOwners, nodeFactsOf } from "#core/dbt/snapshot/facts.ts";
import { projectFactsOf, runIdOf, schemaOf } from "#core/dbt/snapshot/origin.ts";

const orders = { resource_type: "model", schema: "s", name: "orders", package_name: "shop" };

describe("a node", () => {
  it("is a relation where it is a model, a seed, a snapshot or a source", () => {
    const types = [
      "model",
      "seed",
      "snapshot",
      "source",
      "test",
      "unit_test",
      "analysis",
      "operation",
      "function",
    ];
    expect(types.map((resource_type) => relationTypeOf({ resource_type }, `${resource_type}.p.x`))).toEqual([
      "model",
      "seed",
      "snapshot",
      "source",
      ...Array.from({ length: 5 }, () => null),
    ]);
    expect(relationTypeOf({}, "seed.shop.countries")).toBe("seed");
    expect(packageOf({}, "seed.shop.countries")).toBe("shop");
  });

  it("is left out where it is disabled, ephemeral or rendered as no relation", () => {
    const reason = (fields: object) => unfit({ ...orders, ...fields }, "model.shop.orders")?.reason ?? null;
    expect(reason({})).toBeNull();
    expect(reason({ config: { enabled: false } })).toBe("disabled");
    expect(reason({ config: { materialized: "ephemeral" }, relation_name: null })).toBe("ephemeral");
    expect(reason({ schema: null })).toBe("not-a-relation");
    expect(reason({ config: { materialized: "dynamic_table" } })).toBeNull();
    expect(
      unfit({ ...orders, relation_name: "read_csv('./orders.csv')" }, "source.shop.files.orders"),
    ).toEqual({
      uniqueId: "source.shop.files.orders",
      reason: "not-a-relation",
      detail: "read_csv('./orders.csv')",
    });
  });

  it("is left out by choice where it is of a package or a source", () => {
    const of = { uniqueId: "x", type: "model", package: "tools" } as const;
    const all = { packages: true, sources: true };
    expect(leftOut(of, all, "shop")).toBeNull();
    expect(leftOut(of, { ...all, packages: false }, "shop")).toMatchObject({
      reason: "excluded-package",
      detail: "tools",
    });
    expect(leftOut({ ...of, package: "shop" }, { ...all, packages: false }, "shop")).toBeNull();
    expect(leftOut({ ...of, type: "source" }, { ...all, sources: false }, "shop")).toMatchObject({
      reason: "excluded-source",
    });
  });

  it("is never left out as a package's where nobody knows which package is the project's own", () => {
    const of = { uniqueId: "x", type: "model", package: "tools" } as const;
    expect(leftOut(of, { packages: false, sources: true }, null)).toBeNull();
  });
});

describe("the owner", () => {
  const ownerOf = (node: object, groups = new GroupOwners()) =>
    nodeFactsOf({ ...orders, ...node }, { uniqueId: "model.shop.orders", type: "model", groups }).owner;

  it("is the group's, of the node's own package first", () => {
    const groups = new GroupOwners();
    groups.add("group.tools.finance", { name: "finance", package_name: "tools", owner: { name: "Tools" } });
    groups.add("group.shop.finance", {
      name: "finance",
      owner: { email: "finance@shop.example", name: null },
    });
    groups.add("group.tools.ops", {
      name: "ops",
      package_name: "tools",
      owner: { name: "Ops", email: "o@x.example" },
    });
    expect(ownerOf({ group: "finance", meta: { owner: "somebody" } }, groups)).toBe("finance@shop.example");
    expect(ownerOf({ config: { group: "ops" } }, groups)).toBe("Ops");
    expect(ownerOf({ group: "unknown", meta: { owner: "somebody" } }, groups)).toBe("somebody");
  });

  it("is else the one that the node names, in whichever way", () => {
    expect(ownerOf({ meta: { owner: "@alice" } })).toBe("@alice");
    expect(ownerOf({ config: { meta: { owner: "@bob" } } })).toBe("@bob");
    expect(ownerOf({ meta: { owner: ["@alice", "@bob"] } })).toBe("@alice, @bob");
    expect(ownerOf({ meta: { owner: { email: ["a@x.example", "b@x.example"] } } })).toBe(
      "a@x.example, b@x.example",
    );
    for (const owner of [null, "", " ", {}, [], { name: null }])
      expect(ownerOf({ meta: { owner } })).toBeNull();
  });
});

describe("run results", () => {
  it("are of a command that builds, or of one that does not whatever it reports", () => {
    const builds = (args: unknown) => buildsRelations(args);
    for (const which of ["run", "build", "seed", "snapshot", "retry", "clone"])
      expect(builds({ which })).toBe(true);
    for (const which of ["generate", "docs", "compile", "test", "freshness", "parse", "list", ""]) {
      expect(builds({ which, command: "run" })).toBe(which === "");
    }
    expect(builds({ command: "run" })).toBe(true);
    expect(builds(null)).toBe(false);
  });

  it("say that a node was built where its status is success, and of nothing else", () => {
    const built = (status: unknown) => builtBy({ unique_id: "model.shop.orders", status });
    expect(built("success")).toBe("model.shop.orders");
    for (const status of ["error", "skipped", "partial success", "no-op", "pass", null])
      expect(built(status)).toBeNull();
  });
});

describe("the metadata of an artifact", () => {
  it("tells what is told, and nothing where nothing is", () => {
    expect(projectFactsOf(null).origin).toEqual({
      adapter: null,
      dbtVersion: "",
      manifestVersion: "",
      projectName: null,
      generatedAt: null,
      runId: null,
    });
    expect(runIdOf({ env: { DBT_CLOUD_RUN_ID: 70403122785100 } })).toBe("70403122785100");
    expect(runIdOf({ env: null })).toBeNull();
  });

  it("tells artifact and version by the address of its schema", () => {
    expect(schemaOf({ dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v12.json" })).toEqual({
      artifact: "manifest",
      version: "v12",
    });
    expect(
      schemaOf({ dbt_schema_version: "https://schemas.getdbt.com/dbt/run-results/v6.json" }).artifact,
    ).toBe("run-results");
    expect(schemaOf({ dbt_schema_version: "made up" })).toEqual({ artifact: null, version: "" });
  });
});
