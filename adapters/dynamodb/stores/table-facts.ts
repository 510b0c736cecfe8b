import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { EntityFormatter } from "dynamodb-toolbox/entity/actions/format";
import type { Fact, TableFacts } from "#core/ports/table-facts.ts";
import {
  chunkItem,
  dbtChunkItem,
  retiredGenerationItem,
  stagedBatchItem,
  stagedGenerationItem,
} from "../items/catalog.ts";
import { jobInMonthItem, jobOfDataSourceItem, slotItem, waitingItem } from "../items/jobs.ts";
import { guardItem } from "../items/ledger.ts";
import { read, readJob } from "../records.ts";
import { columnsOfChunk } from "./dictionary-chunks.ts";
import { sent, type RawItem, type TableRef } from "../requests.ts";

type ReadFact = (item: RawItem) => Fact;

/** Kinds that promise nothing about anything else in the table. */
const alone = [
  "audit",
  "delta",
  "directory",
  "job-report",
  "kept-reply",
  "owners-left",
  "segment-pointer",
  "tag-tree",
];

const chunkFact: ReadFact = (item) => {
  const { columns, ...chunk } = chunkItem.build(EntityFormatter).format(item);
  return { kind: "dictionary-chunk", ...chunk, columns: columnsOfChunk(columns).columns.length };
};

/** How each kind of item is told. */
const factOf: Readonly<Record<string, ReadFact>> = {
  ...Object.fromEntries(
    Object.entries(read).map(([kind, parse]): [string, ReadFact] => [
      kind,
      // A kind and its record belong together, which the compiler cannot follow through the entries.
      (item) => ({ kind, record: parse(item) }) as Fact,
    ]),
  ),
  job: (item) => ({ kind: "job", record: readJob(item), active: item["gsi1pk"] !== undefined }),
  guard: (item) => ({ kind: "guard", ...guardItem.build(EntityFormatter).format(item) }),
  "job-in-month": (item) => ({ kind: "job-in-month", ...jobInMonthItem.build(EntityFormatter).format(item) }),
  "job-of-data-source": (item) => ({
    kind: "job-of-data-source",
    ...jobOfDataSourceItem.build(EntityFormatter).format(item),
  }),
  "waiting-job": (item) => ({ kind: "waiting-job", ...waitingItem.build(EntityFormatter).format(item) }),
  slot: (item) => ({ kind: "slot", ...slotItem.build(EntityFormatter).format(item) }),
  "dictionary-chunk": chunkFact,
  "dbt-chunk": (item) => {
    const { dataSourceId, generation } = dbtChunkItem.build(EntityFormatter).format(item);
    return { kind: "dbt-chunk", dataSourceId, generation };
  },
  "staged-generation": (item) => ({
    kind: "staged-generation",
    ...stagedGenerationItem.build(EntityFormatter).format(item),
  }),
  "staged-batch": (item) => {
    const { generation, staged, stagedAt } = stagedBatchItem.build(EntityFormatter).format(item);
    return { kind: "staged-batch", generation, dataSourceIds: Object.keys(staged), stagedAt };
  },
  "retired-generation": (item) => ({
    kind: "retired-generation",
    ...retiredGenerationItem.build(EntityFormatter).format(item),
  }),
  ...Object.fromEntries(alone.map((of): [string, ReadFact] => [of, () => ({ kind: "other", of })])),
};

/** An item as a fact; one of a kind or a shape that is not known is told as that, and hides nothing else. */
function tell(item: RawItem): Fact {
  const unreadable: Fact = { kind: "unreadable", where: `${String(item["pk"])} / ${String(item["sk"])}` };
  try {
    return factOf[String(item["kind"])]?.(item) ?? unreadable;
  } catch {
    return unreadable;
  }
}

/** The whole table, a megabyte at a time, strongly consistent. For administration alone: no request scans. */
export const tableFacts = (ref: TableRef): TableFacts => ({
  async *facts() {
    let from: Record<string, unknown> | undefined;
    do {
      const command = new ScanCommand({
        TableName: ref.tableName,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      });
      const page = await sent(ref, () => ref.client.send(command));
      yield (page.Items ?? []).map(tell);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  },
});
