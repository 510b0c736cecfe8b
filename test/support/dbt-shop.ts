import { dbtProject, type DbtArtifacts } from "./dbt-artifacts.ts";
import type { DescribedProject } from "./dbt-project.ts";

/** A small shop: every kind of node, two versions of a model, tags in both places, a seed that is also a source. */
export const shopDescribed: DescribedProject = {
  name: "shop",
  database: "Warehouse",
  schema: "analytics",
  groups: [{ name: "finance", owner: { name: "Finance", email: "finance@shop.example" } }],
  models: [
    {
      name: "stg_orders",
      materialized: "view",
      description: "Orders as they come in.",
      tags: ["staging"],
      configTags: ["nightly"],
      dependsOn: ["source.shop.raw.orders"],
      columns: [
        { name: "order_id", type: "integer", description: "The key." },
        { name: "customer_id", type: "integer", tags: ["pii"], configTags: ["linked"] },
        { name: "ordered_at", type: "timestamp", documented: false },
      ],
    },
    {
      name: "customers",
      version: 1,
      dependsOn: ["stg_orders"],
      description: "Customers, as they were.",
      columns: [{ name: "customer_id", type: "integer" }],
    },
    {
      name: "customers",
      version: 2,
      dependsOn: ["stg_orders", "countries"],
      description: "Customers.\n\nOne line each; “quotes” and ümlauts.",
      group: "finance",
      access: "public",
      contract: true,
      tags: ["core"],
      columns: [
        { name: "customer_id", type: "integer", dataType: "bigint" },
        { name: "email", type: "text", description: "Where to write to.", tags: ["pii"] },
        { name: "documented_only", description: "Nobody made it yet.", dataType: "text" },
      ],
    },
    { name: "cents", materialized: "ephemeral" },
    { name: "abandoned", enabled: false },
    { name: "audit_log", package: "audit_tools", schema: "audit", tags: ["tool"] },
  ],
  seeds: [
    {
      name: "countries",
      schema: "raw",
      description: "Countries by their codes.",
      meta: { owner: "data@shop.example" },
      columns: [{ name: "code", type: "text", documented: false }],
    },
  ],
  snapshots: [
    {
      name: "orders_history",
      schema: "history",
      dependsOn: ["stg_orders"],
      tags: ["history"],
      columns: [{ name: "order_id", type: "integer" }],
    },
  ],
  sources: [
    {
      source: "raw",
      name: "orders",
      identifier: "ORDERS_2024",
      description: "What the till writes.",
      tags: ["till"],
      configTags: ["raw"],
      columns: [{ name: "id", type: "integer", description: "Given by the till." }],
    },
    {
      source: "raw",
      name: "countries",
      description: "Countries as a source.",
      tags: ["reference"],
      columns: [{ name: "code", type: "text", description: "Two letters." }],
    },
  ],
};

/** The shop, or the shop with something else about it. */
export const shop = (otherwise: Partial<DescribedProject> = {}): DbtArtifacts =>
  dbtProject({ ...shopDescribed, ...otherwise });
