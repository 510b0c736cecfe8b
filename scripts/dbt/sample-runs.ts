import type { DbtProject } from "./project.ts";

/** A run of the sample, and what was changed in the project before it. */
export interface SampleRun {
  readonly name: string;
  readonly change: (project: DbtProject) => Promise<void>;
}

const marts = "models/marts/_marts.yml";

const cohorts = `
  - name: customer_cohorts
    description: Customers by the month of their first order, and what they have brought since.
    config:
      group: growth
      tags: [weekly, board]
    columns:
      - name: cohort
        description: The first day of the month.
      - name: net_revenue
        description: "{{ doc('money_in_euro') }}"
`;

const cohortsSql = `select
    date_trunc('month', first_order)::date as cohort,
    count(*) as customers,
    sum(net_revenue) as net_revenue
from (
    select customer_id, min(ordered_at) as first_order, sum(net_revenue) as net_revenue
    from {{ ref('fct_orders') }}
    where not is_cancelled
    group by customer_id
) as customers
group by 1
`;

/** The runs that the sample's stand-in for dbt Cloud plays back, in this order; each begins where the one before ended. */
export const sampleRuns: readonly SampleRun[] = [
  { name: "1-as-it-was", change: () => Promise.resolve() },
  {
    name: "2-words-tags-and-a-column",
    async change(project) {
      await project.replace("models/docs.md", "last **14 days**", "last **30 days**");
      await project.replace("models/marts/fct_orders.sql", "14 days", "30 days");
      await project.replace("models/staging/_staging.yml", "tags: [PII.Email, contact]", "tags: [PII.Email]");
      await project.replace(marts, "tags: [weekly]", "tags: [weekly, board]");
      await project.replace(
        "models/marts/dim_products.sql",
        "as pieces_sold\n",
        "as pieces_sold,\n    coalesce(sum(items.amount), 0) as revenue\n",
      );
      await project.replace(
        marts,
        "        description: Of all orders that were not cancelled.\n",
        "        description: Of all orders.\n      - name: revenue\n        description: What they brought, in euro.\n",
      );
    },
  },
  {
    name: "3-renamed-removed-and-new",
    async change(project) {
      await project.move("models/marts/fct_payments.sql", "models/marts/fct_receipts.sql");
      await project.replace(marts, "name: fct_payments", "name: fct_receipts");
      await project.delete("models/marts/open_refunds.sql");
      await project.replace(
        marts,
        "\n  - name: open_refunds\n    description: Orders of which more than half went back.\n    config:\n      materialized: view\n",
        cohorts,
      );
      await project.write("models/marts/customer_cohorts.sql", cohortsSql);
    },
  },
];
