import { encodeTime } from "ulid";
import { idPrefixes } from "#contracts/ids.ts";
import type { AuditStore, MadeRecord } from "#core/ports/audit-store.ts";
import { idTime } from "../id-time.ts";
import { auditPartitions, keys, keyText, shards } from "../keys.ts";
import { read, readAudit } from "../records.ts";
import { getItems, keyOf, queryItems, type TableRef } from "../requests.ts";

type Span = Parameters<AuditStore["auditMade"]>[0];

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * The days whose partitions hold what was made in a span. A record lies in the day of its time, which was taken a little
 * before its id was made, by less than a function lives.
 */
function daysAround({ from, to }: Span): readonly string[] {
  const [first, last] = [Date.parse(from) - hourMs, Date.parse(to) + hourMs];
  const count = Math.floor(last / dayMs) - Math.floor(first / dayMs) + 1;
  return Array.from({ length: count }, (_, index) => dayOf(first + index * dayMs));
}

/** How all ids begin that were made at a time: before each of these, and behind each that was made earlier. */
const idAt = (time: string): string => `${idPrefixes.audit}_${encodeTime(Date.parse(time))}`;

/** `#` and what follows stand behind an id in the index; this is behind all of that, and before the next id. */
const behind = (id: string): string => `${id}$`;

const bySk = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Entries of the index in the order of their ids, as far as all partitions are known; `last` where there may be more. */
async function entriesMade(ref: TableRef, span: Span, after: string | null, limit: number) {
  const partitions = daysAround(span).flatMap((day) =>
    shards.map((shard) => auditPartitions.day(day, shard)),
  );
  // A partition holds about a quarter of what is wanted.
  const each = Math.max(1, Math.ceil(limit / shards.length));
  const from = after === null ? idAt(span.from) : behind(after);
  const lists = await Promise.all(
    partitions.map((partition) =>
      queryItems(ref, {
        index: "gsi2",
        partition,
        range: { between: [from, idAt(span.to)] },
        limit: each,
      }),
    ),
  );
  const read = lists.map((list) => list.map((item) => ({ key: keyOf(item), place: String(item["gsi2sk"]) })));
  const ends = read.filter((list) => list.length === each).map((list) => list.at(-1)?.place ?? "");
  const last = ends.toSorted(bySk)[0] ?? null;
  const found = read
    .flat()
    .filter(({ place }) => last === null || place <= last)
    .toSorted((a, b) => bySk(a.place, b.place));
  return { found, last: last === null ? null : (last.split("#")[0] ?? null) };
}

async function auditMade(ref: TableRef, span: Span, after: string | null, limit: number) {
  const { found, last } = await entriesMade(ref, span, after, limit);
  const stored = await getItems(
    ref,
    found.map(({ key }) => key),
  );
  const items = found.map(({ key }): MadeRecord => {
    const item = stored.get(keyText(key));
    if (item === undefined) throw new Error(`audit record ${key.sk} is in the index alone`);
    const record = readAudit(item);
    return { record, madeAt: new Date(idTime(record.id) ?? NaN).toISOString() };
  });
  return { items, next: last };
}

/** What was exported, and what there is to export. */
export const auditExportStore = (
  ref: TableRef,
): Pick<AuditStore, "auditMade" | "auditedDays" | "auditExports"> => ({
  auditMade: (span, after, limit) => auditMade(ref, span, after, limit),
  async auditedDays(days) {
    const any = async (day: string): Promise<readonly string[]> => {
      const lists = await Promise.all(
        shards.map((shard) =>
          queryItems(ref, { index: "gsi2", partition: auditPartitions.day(day, shard), limit: 1 }),
        ),
      );
      return lists.flat().length > 0 ? [day] : [];
    };
    return new Set((await Promise.all(days.map(any))).flat());
  },
  async auditExports(before, limit) {
    const { pk, sk } = keys.auditExport(before ?? 0);
    const range = before === null ? {} : { range: { lt: sk } };
    const items = await queryItems(ref, { partition: pk, reverse: true, limit, ...range });
    return items.map(read["audit-export"]);
  },
});
