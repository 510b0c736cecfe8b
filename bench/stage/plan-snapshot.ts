import { createReadStream } from "node:fs";
import { sqliteSnapshots } from "#adapters/dbt-artifacts/sqlite-snapshots.ts";
import type { SnapshotRelation } from "#core/dbt/snapshot.ts";
import { planSync, type Bound, type SyncScope } from "#core/dbt/sync/plan/plan.ts";

/*
 * A process takes a snapshot of a project, binds it as a sync before would have left it, and plans over it; what it tells
 * is the plan's time and memory. One in a hundred relations is new, one has changed, and one in a hundred is gone.
 */
const [, , manifest = ""] = process.argv;
const snapshot = await sqliteSnapshots().take(
  { manifest: createReadStream(manifest), catalog: null, runResults: [] },
  { packages: true, sources: true },
);

const { gc } = globalThis;
if (gc === undefined) throw new Error("run with --expose-gc");
await gc({ execution: "async" });
const heapBefore = process.memoryUsage().heapUsed;

const dataSourceIdOf = (at: number): string => `ds_${String(at).padStart(26, "0")}`;
const bindings = new Map<string, Bound>();
let at = 0;
for (const { key, digest } of snapshot.relations()) {
  at += 1;
  const bound = { dataSourceId: dataSourceIdOf(at), owned: true, deleted: false, digest };
  if (at % 100 === 1) bindings.set(`${key}_gone`, bound);
  else bindings.set(key, at % 100 === 2 ? { ...bound, digest: "another" } : bound);
}

let peak = 0;
let seen = 0;
function* watched(): Generator<SnapshotRelation> {
  for (const relation of snapshot.relations()) {
    seen += 1;
    if (seen % 500 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    yield relation;
  }
}

const scope: SyncScope = {
  schemas: null,
  registrarSchemas: null,
  database: null,
  isReservedSchema: (schema) => schema === "reeve_keys",
};
const began = performance.now();
const plan = planSync(bindings, watched(), scope);
const seconds = (performance.now() - began) / 1000;
await gc({ execution: "async" });
const heldBytes = process.memoryUsage().heapUsed - heapBefore;
const told = {
  seconds,
  peakMebibytes: peak / 1024 ** 2,
  heldMebibytes: heldBytes / 1024 ** 2,
  wholeProcessMebibytes: process.resourceUsage().maxRSS / 1024,
  changes: plan.changes,
  deletes: plan.deletes.length,
  size: plan.size,
};
snapshot.close();
process.stdout.write(JSON.stringify(told));
