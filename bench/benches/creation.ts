import { CapacityMeter, leastWcu } from "../measuring/capacity.ts";
import { sum } from "../measuring/durations.ts";
import type { Bench } from "../measuring/figure.ts";
import { aConnection, aDataSource, creation } from "../stage/catalog.ts";
import { deployment } from "../stage/deployment.ts";
import { startDynamoDbStage } from "../stage/dynamodb.ts";

/** What one creation costs, against what its items would cost if each were written once. */
export const creationCost: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    const client = stage.newClient();
    const tableName = await stage.newTable();
    const reeve = deployment(client, tableName);
    const owner = await reeve.newCaller(["CREATE_DATA_SOURCE"]);
    const connectionId = await aConnection(reeve, owner);
    await aDataSource(reeve, owner, connectionId);
    await reeve.queue.work(reeve.worker, 1, 1);
    const meter = new CapacityMeter(client, stage.newClient(), tableName);
    for (const columns of [20, 50]) {
      const cost = await meter.measure(() => reeve.send(creation(owner, connectionId, columns)));
      await reeve.queue.work(reeve.worker, 1, 1);
      const kept = cost.items.filter(({ bytes }) => bytes > 0);
      const bytes = sum(kept.map((item) => item.bytes));
      const context = { request: "POST /data-sources", columns, itemsKept: kept.length, bytesKept: bytes };
      report({
        figure: "creation.wcu",
        value: cost.wcu,
        unit: "WCU",
        budget: null,
        context: { ...context, indexWcu: cost.indexWcu, ofItemsWrittenOnce: leastWcu(cost) },
      });
      report({
        figure: "creation.wcu-ratio",
        value: cost.wcu / leastWcu(cost),
        unit: "× of its items written once",
        // The budget is for many at once, whose checks and places in line are shared.
        budget: null,
        context: { ...context, budgetOfBulk: 1.2 },
      });
      report({ figure: "creation.rcu", value: cost.rcu, unit: "RCU", budget: null, context });
    }
  } finally {
    await stage.stop();
  }
};
