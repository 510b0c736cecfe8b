import type { Write } from "#core/ports/change.ts";
import { median, percentile, timed } from "../measuring/durations.ts";
import { CapacityMeter } from "../measuring/capacity.ts";
import { say, type Bench } from "../measuring/figure.ts";
import { StoreMeter, type Metered } from "../measuring/store-meter.ts";
import { BenchClock } from "../stage/bench-clock.ts";
import { deltasFor } from "../stage/catalog-deltas.ts";
import { deployment, type Request } from "../stage/deployment.ts";
import { startDynamoDbStage } from "../stage/dynamodb.ts";
import { governed, governing, groupId } from "../stage/governed-catalog.ts";

const [count, repetitions, warmUps, perCommit, budget] = [100_000, 40, 5, 90, 50];

const kindsOf = (key: string): Readonly<Record<string, Request>> => {
  const get = (path: string, query: Request["query"] = {}): Request => ({ method: "GET", path, key, query });
  return {
    "list by name": get("/data-sources"),
    "list newest first": get("/data-sources", { sort: "-createdAt" }),
    "list of what one subscribes to": get("/data-sources", { role: "subscriber" }),
    "search for one term": get("/data-sources", { search: "invoi" }),
    "search for two terms": get("/data-sources", { search: "custom orde" }),
    "search for a term of columns": get("/data-sources", { search: "x49" }),
    "search for a term of all": get("/data-sources", { search: "sales" }),
    facets: get("/data-sources/facets"),
    "facets of a search": get("/data-sources/facets", { search: "custom" }),
  };
};

/** Lists for somebody in a hundred groups, under policies of every kind: 10,000 users, 1,000 groups, 100,000 data sources. */
export const governedLists: Bench = async (report) => {
  const stage = await startDynamoDbStage();
  try {
    const [client, tableName, clock] = [stage.newClient(), await stage.newTable(), new BenchClock(3_600_000)];
    const meter = new StoreMeter(client);
    const setUp = deployment(client, tableName, { clock });
    const [most, few, caller] = await Promise.all([1, 2, 3].map(() => setUp.newCaller([])));
    if (most === undefined || few === undefined || caller === undefined) throw new Error("nobody is there");
    const stored = await setUp.store.person(caller.id);
    if (stored === null) throw new Error("the caller is gone");
    const own = Array.from({ length: 100 }, (_, n) => groupId(n));
    const user = { ...stored.user, groups: own, attributes: { Department: ["d1"] } };
    const writes: readonly Write[] = [...governing(), { write: "put", kind: "user", record: user }];
    for (let at = 0; at < writes.length; at += perCommit)
      await setUp.store.commit(writes.slice(at, at + perCommit));
    await setUp.store.commit([{ write: "directory-changed" }]);
    say(`making what the index of ${count} governed data sources is made from`);
    const deltas = governed(deltasFor(count, clock, { most, few }));
    clock.catchUp();
    const since = (after: string | null) =>
      Promise.resolve(
        after === null ? deltas : deltas.slice(deltas.findLastIndex(({ id }) => id <= after) + 1),
      );
    const reeve = deployment(client, tableName, { clock, deltas: { since } });
    const context = {
      dataSources: count,
      users: 10_000,
      groups: 1000,
      localPolicies: 200,
      globalPolicies: 50,
    };
    await reeve.send({ method: "GET", path: "/data-sources", key: caller.key });
    for (const [page, request] of Object.entries(kindsOf(caller.key))) {
      const results: Metered[] = [];
      for (let n = 0; n < warmUps + repetitions; n += 1) {
        const result = await meter.measure(reeve.prepare(request));
        if (n >= warmUps) results.push(result);
      }
      const ownMs = results.map((each) => each.ownMs);
      report({
        figure: "governed-list.own-time.p95",
        value: percentile(ownMs, 0.95),
        unit: "ms",
        budget,
        context: {
          ...context,
          page,
          p50: Number(median(ownMs).toFixed(2)),
          roundTrips: median(results.map(({ rounds }) => rounds)),
        },
      });
    }
    const change = () =>
      reeve.store.commit([
        { write: "put", kind: "user", record: { ...user, attributes: { Department: ["d3"] } } },
      ]);
    const facets = kindsOf(caller.key)["facets"];
    if (facets === undefined) throw new Error("no facets are asked for");
    const before = JSON.stringify(await reeve.send(facets));
    const cost = await new CapacityMeter(client, stage.newClient(), tableName).measure(change);
    const shows = JSON.stringify(await reeve.send(facets)) !== before;
    report({
      figure: "governed-list.attribute-change",
      value: cost.items.length,
      unit: "items written",
      budget: 1,
      context: { ...context, wcu: cost.wcu, showsInTheNextCounts: shows },
    });
    const policy = await timed(async () => {
      await reeve.store.commit([{ write: "directory-changed" }]);
      await reeve.send(facets);
    });
    report({ figure: "governed-list.directory-changed", value: policy, unit: "ms", budget: null, context });
  } finally {
    await stage.stop();
  }
};
