import { beforeAll, describe, expect, it } from "vitest";
import { differing, type Shown } from "./catalog.ts";
import { likeFusion } from "./like-fusion.ts";
import { built, sources } from "./relations.ts";
import { Scene } from "./scene.ts";

const marts = "models/marts/_marts.yml";
const staging = "models/staging/_staging.yml";

const brief = `version: 2

models:
  - name: fct_orders
    description: All that is left of the marts.
`;

/** Each step goes on where the one before ended: dbt's project, the warehouse and the catalog are the same throughout. */
describe("real dbt, run after run", () => {
  let scene: Scene;
  let byHand: string;

  beforeAll(async () => {
    scene = await Scene.begin();
    const connectionId = await scene.connect();
    const description = "A person wrote this.";
    const body = { connectionId, schema: "sales", table: "customers", description };
    const { body: made } = await scene.demand("POST", "/data-sources", body, 201);
    byHand = (made as { id: string }).id;
    await scene.integrate(connectionId);
  });

  const picture = () => scene.catalog.picture();

  /** A run that may change only these, and how they are shown before and after. */
  async function changing(names: readonly string[], run: () => Promise<unknown>) {
    const before = await picture();
    await run();
    const after = await picture();
    expect(differing(before, after)).toEqual([...names].sort());
    const shown = (of: typeof before, name: string): Shown => {
      const found = of[name];
      if (found === undefined) throw new Error(`${name} is not there`);
      return found;
    };
    return { was: (name: string) => shown(before, name), is: (name: string) => shown(after, name) };
  }

  const entries = async (jobId: string | null, kind: string) =>
    (await scene.report(jobId)).filter((entry) => entry.kind === kind);

  const detectedAt = async (name: string) => {
    const { health } = await scene.catalog.read(name);
    return health.checks.find(({ check }) => check === "column-detection")?.finishedAt ?? "";
  };

  it("makes a data source of every relation, and lays its word on the one that a person made", async () => {
    const run = await scene.run();
    expect(run).toMatchObject({ outcome: "applied", reason: "", created: 23, updated: 1, deleted: 0 });
    expect(await scene.catalog.names()).toEqual([...built, ...sources].sort());
    const shown = await picture();
    expect(shown["marts.fct_orders"]).toMatchObject({
      description: expect.stringContaining(
        "| `net_revenue` | the one before the last less the last |",
      ) as string,
      tags: ["Sales.Orders", "daily", "marts"],
      columns: {
        net_revenue: {
          type: "decimal",
          tags: ["board"],
          description: "Gross revenue less what went back.",
        },
      },
    });
    expect(shown["staging.stg_customers"]?.columns).toMatchObject({
      customer_id: { type: "integer", tags: [] },
      full_name: { tags: ["PII.Name"] },
      email: { tags: ["PII.Email", "contact"], description: "In lower case." },
      phone: { tags: ["PII.Phone", "contact"] },
    });
    expect(Object.keys(shown["marts.dim_customers_v1"]?.columns ?? {})).not.toContain("lifetime_value");
    expect(shown["marts.dim_customers_v2"]?.columns).toMatchObject({ lifetime_value: { tags: ["board"] } });
    expect(shown["web.sessions"]?.columns).toMatchObject({ ip: { tags: ["PII.Address"] } });
    const { origin, connectionId } = await scene.catalog.read("marts.fct_orders");
    expect(origin).toMatchObject({ type: "dbt", accountId: "1", projectId: "10", environmentId: "100" });
    expect(connectionId).toEqual(expect.any(String));
    const skipped = await entries(run.jobId, "skipped");
    expect(skipped.map(({ reason }) => reason).sort()).toEqual(["disabled", "ephemeral"]);
    expect(await entries(run.jobId, "created")).toHaveLength(23);
  });

  it("leaves a person's description above dbt's, and what people made theirs", async () => {
    const { id, origin, description, tags } = await scene.catalog.read("sales.customers");
    expect([id, origin.type, description]).toEqual([byHand, "manual", "A person wrote this."]);
    expect(tags.map(({ name, provenance }) => [name, provenance]).sort()).toEqual([
      ["PII", "dbt"],
      ["raw", "dbt"],
    ]);
  });

  it("finds all that it made healthy, with rows counted", async () => {
    await expect
      .poll(
        async () =>
          (await scene.catalog.list())
            .filter(({ health, statistics }) => health.status !== "healthy" || statistics.rowCount === null)
            .map(({ name }) => name),
        { timeout: 60_000, interval: 200 },
      )
      .toEqual([]);
  });

  it("writes no data source where nothing changed, though everything was built again", async () => {
    await changing([], async () => {
      expect(await scene.run()).toMatchObject({ outcome: "unchanged", created: 0, updated: 0, deleted: 0 });
    });
    expect((await scene.integration()).dataSourceCount).toBe(23);
  });

  it("follows a description, of a data source and of a column", async () => {
    await scene.project.replace(
      marts,
      "Products with how often they were bought.",
      "Products, **all** of them.",
    );
    await scene.project.replace(staging, "Printed on the box.", "Printed on the box, and on the bill.");
    const { is } = await changing(["marts.dim_products", "staging.stg_products"], async () => {
      const run = await scene.run();
      expect(run).toMatchObject({ outcome: "applied", created: 0, updated: 2, deleted: 0 });
      const updated = await entries(run.jobId, "updated");
      expect(updated.map(({ name }) => name).sort()).toEqual(["marts.dim_products", "staging.stg_products"]);
    });
    expect(is("marts.dim_products").description).toBe("Products, **all** of them.");
    expect(is("staging.stg_products").columns["sku"]?.description).toBe(
      "Printed on the box, and on the bill.",
    );
  });

  it("takes tags off that the project has no more", async () => {
    await scene.project.replace(staging, "tags: [PII.Email, contact]", "tags: [PII.Email]");
    await scene.project.replace(marts, "tags: [weekly]", "tags: []");
    const { was, is } = await changing(["marts.dim_products", "staging.stg_customers"], async () => {
      expect(await scene.run()).toMatchObject({ outcome: "applied", updated: 2 });
    });
    expect(was("marts.dim_products").tags).toEqual(["marts", "weekly"]);
    expect(is("marts.dim_products").tags).toEqual(["marts"]);
    expect(is("staging.stg_customers").columns["email"]?.tags).toEqual(["PII.Email"]);
  });

  it("puts back what a person took off, by a run that says the same, but for what is kept away", async () => {
    const orders = await scene.catalog.idOf("staging.stg_orders");
    const customers = await scene.catalog.idOf("staging.stg_customers");
    await scene.demand("DELETE", `/data-sources/${orders}/tags/daily`, undefined, 204);
    await scene.demand("DELETE", `/data-sources/${customers}/tags/daily?keepAway=true`, undefined, 204);
    const changes = [{ column: "phone", removeTags: ["PII.Phone"] }];
    await scene.demand("PATCH", `/data-sources/${customers}/dictionary`, { changes }, 200);
    const { was, is } = await changing(["staging.stg_customers", "staging.stg_orders"], async () => {
      expect(await scene.run()).toMatchObject({ outcome: "applied", created: 0, deleted: 0 });
    });
    expect([was("staging.stg_orders").tags, is("staging.stg_orders").tags]).toEqual([
      ["staging"],
      ["daily", "staging"],
    ]);
    expect(was("staging.stg_customers").columns["phone"]?.tags).toEqual(["contact"]);
    expect(is("staging.stg_customers").columns["phone"]?.tags).toEqual(["PII.Phone", "contact"]);
    expect(is("staging.stg_customers").tags).toEqual(["PII", "staging"]);
  });

  it("takes a renamed model for a new one, and the old one off", async () => {
    await scene.project.move("models/marts/fct_payments.sql", "models/marts/fct_receipts.sql");
    await scene.project.replace(marts, "name: fct_payments", "name: fct_receipts");
    const { is } = await changing(["marts.fct_payments", "marts.fct_receipts"], async () => {
      const run = await scene.run();
      expect(run).toMatchObject({ outcome: "applied", created: 1, updated: 0, deleted: 1 });
      expect((await entries(run.jobId, "deleted")).map(({ table }) => table)).toEqual(["fct_payments"]);
    });
    expect(is("marts.fct_receipts").tags).toEqual(["Finance", "daily", "marts"]);
  });

  it("deletes the data source of a deleted model, though dbt leaves its relation in the warehouse", async () => {
    await scene.project.delete("models/marts/open_refunds.sql");
    await changing(["marts.open_refunds"], async () => {
      expect(await scene.run()).toMatchObject({ outcome: "applied", created: 0, updated: 0, deleted: 1 });
    });
    const left = await scene.warehouse.query("select from pg_views where viewname = 'open_refunds'");
    expect(left).toHaveLength(1);
  });

  it("brings a data source back with its id where its model returns", async () => {
    const sql = "select order_id, refunded from {{ ref('fct_orders') }} where refunded > 0";
    await scene.project.write("models/marts/open_refunds.sql", sql);
    await changing(["marts.open_refunds"], async () => {
      expect(await scene.run()).toMatchObject({ outcome: "applied" });
    });
    expect(Object.keys((await picture())["marts.open_refunds"]?.columns ?? {})).toEqual([
      "order_id",
      "refunded",
    ]);
  });

  it("changes nothing by a run that failed, and says so", async () => {
    await scene.project.write("models/marts/broken.sql", "select 1 / 0 as never");
    await scene.project.replace(marts, "Products, **all** of them.", "What nobody shall read.");
    await changing([], async () => {
      const run = await scene.run({ status: 20 });
      expect(run).toMatchObject({ outcome: "ignored", created: 0, updated: 0, deleted: 0 });
      expect(run.reason).toMatch(/^run-failed: /);
    });
    await scene.project.delete("models/marts/broken.sql");
    await scene.project.replace(marts, "What nobody shall read.", "Products, **all** of them.");
  });

  it("takes the whole project's word from a run of a selection, deletes nothing, and looks only at what was built, though documentation came last", async () => {
    await scene.project.replace(
      "models/marts/dim_products.sql",
      "as pieces_sold\n",
      "as pieces_sold,\n    count(*) as lines\n",
    );
    await scene.project.replace(staging, "Orders, with the channel told in words.", "Orders, by channel.");
    const before = [await detectedAt("marts.dim_products"), await detectedAt("staging.stg_orders")];
    const { is } = await changing(["marts.dim_products", "staging.stg_orders"], async () => {
      const steps = [
        ["build", "--select", "dim_products"],
        ["docs", "generate"],
      ];
      expect(await scene.run({ steps })).toMatchObject({ outcome: "applied", created: 0, deleted: 0 });
      await expect.poll(() => detectedAt("marts.dim_products"), { timeout: 30_000 }).not.toBe(before[0]);
    });
    expect(await detectedAt("staging.stg_orders")).toBe(before[1]);
    expect(is("staging.stg_orders").description).toBe("Orders, by channel.");
    expect(is("marts.dim_products").columns).toMatchObject({ lines: { type: "integer" } });
  });

  it("reads artifacts as Fusion writes them, and finds nothing new in them", async () => {
    await changing([], async () => {
      expect(await scene.run({ transform: likeFusion })).toMatchObject({ outcome: "unchanged" });
    });
  });

  it("holds a run that would delete half of the project until a person approves it", async () => {
    await scene.project.delete(
      ...["dim_customers_v1", "dim_customers_v2", "dim_products", "fct_receipts", "revenue_by_day"].map(
        (name) => `models/marts/${name}.sql`,
      ),
      "models/marts/_groups.yml",
      "models/staging/stg_accounting__payments.sql",
      "models/staging/stg_products.sql",
      "seeds/payment_methods.csv",
      "snapshots/customers_history.yml",
    );
    await scene.project.write(marts, brief);
    let waiting = "";
    await changing([], async () => {
      const run = await scene.run();
      expect(run).toMatchObject({ outcome: "awaiting-approval", state: "awaiting-approval", deleted: 9 });
      waiting = run.jobId ?? "";
    });
    await scene.demand("POST", `/jobs/${waiting}/approve`, undefined, 202);
    expect(await scene.job(waiting)).toMatchObject({ state: "succeeded" });
    const names = await scene.catalog.names();
    expect(names.filter((name) => !sources.includes(name))).toEqual([
      "marts.fct_orders",
      "marts.open_refunds",
      "reference.countries",
      "staging.stg_customers",
      "staging.stg_order_items",
      "staging.stg_orders",
    ]);
    expect((await picture())["marts.fct_orders"]?.description).toBe("All that is left of the marts.");
    expect((await entries(waiting, "deleted")).length).toBe(9);
  });

  it("removes all that it made with the integration, and leaves what people made", async () => {
    const { body } = await scene.demand("DELETE", "/dbt/1/10/100", undefined, 202);
    expect(await scene.job((body as { id: string }).id)).toMatchObject({ state: "succeeded" });
    expect(await scene.catalog.names()).toEqual(["sales.customers"]);
    await scene.demand("GET", "/dbt/1/10/100", undefined, 404);
    expect(scene.cloud.account.subscriptions.size).toBe(0);
  });
});
