import { runWarehouseSql, type WarehouseAddress } from "../fill-warehouse.ts";
import { runNames, sqlOf } from "./dbt-plan.ts";
import { finishedRuns, keepFinished } from "./finished-runs.ts";
import type { DataDirectory } from "../../data-directory.ts";
import type { StandIn } from "./stand-in.ts";

/** What a run of the sample needs. */
export interface RunPlace {
  readonly directory: Pick<DataDirectory, "at">;
  readonly standIn: StandIn;
  readonly warehouse: WarehouseAddress;
}

/** A run that has come to its end. */
export interface Ended {
  readonly name: string;
  readonly runId: string;
}

/** The run behind the last one; behind the last of all comes the first again. */
async function nextName(directory: RunPlace["directory"]): Promise<string> {
  const names = await runNames();
  const last = (await finishedRuns(directory)).at(-1)?.name ?? "";
  const next = names[(names.indexOf(last) + 1) % names.length];
  if (next === undefined) throw new Error("the sample has no run of dbt");
  return next;
}

/**
 * Makes the sample's next run happen: the warehouse gets what dbt built then, and the stand-in for dbt Cloud ends the
 * run and sends word of it. The run is kept first, because one that the stand-in told of and forgot would give its id
 * to another one; one that it was not told of it learns from its next start.
 */
export async function endNextRun({ directory, standIn, warehouse }: RunPlace): Promise<Ended> {
  const name = await nextName(directory);
  await runWarehouseSql(warehouse, await sqlOf(name));
  const finishedAt = new Date();
  await keepFinished(directory, { name, finishedAt });
  const response = await fetch(`${standIn.url}/stand-in/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${standIn.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ run: name, finishedAt: finishedAt.toISOString() }),
  });
  const reply = (await response.json()) as { readonly data?: { readonly runId?: unknown } };
  const runId = reply.data?.runId;
  if (!response.ok || typeof runId !== "string") {
    throw new Error(`the stand-in for dbt Cloud answers ${response.status}`);
  }
  return { name, runId };
}
