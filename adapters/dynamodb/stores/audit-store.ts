import type { AuditRecord } from "#core/audit/audit-record.ts";
import type { AuditPosition, AuditQuery, AuditStore } from "#core/ports/audit-store.ts";
import { auditPartitions, keyText, shards, type Key } from "../keys.ts";
import { readAudit } from "../records.ts";
import { auditExportStore } from "./audit-export-store.ts";
import { getItems, keyOf, queryItems, type RawItem, type TableRef } from "../requests.ts";

/** Spans of time, newest first, each with the partitions of an index that hold it. */
interface Span {
  readonly span: string;
  readonly partitions: readonly string[];
}

/** An entry of an index: the record's key, and what its place says of it. */
interface Entry {
  readonly key: Key;
  readonly id: string;
}

const dayMs = 86_400_000;

/** The days from the last to the first. */
function days(from: string, to: string): readonly string[] {
  const first = Date.parse(`${from.slice(0, 10)}T00:00:00Z`);
  const count = Math.floor((Date.parse(to) - first) / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, back) =>
    new Date(first + (count - 1 - back) * dayMs).toISOString().slice(0, 10),
  );
}

/** The months from the last to the first. */
const months = (from: string, to: string): readonly string[] => [
  ...new Set(days(from, to).map((day) => day.slice(0, 7))),
];

const spansOf = ({ actor, from, to }: AuditQuery): readonly Span[] =>
  actor === null
    ? days(from, to).map((span) => ({
        span,
        partitions: shards.map((shard) => auditPartitions.day(span, shard)),
      }))
    : months(from, to).map((span) => ({ span, partitions: [auditPartitions.actor(actor, span)] }));

/** What a place in an index says of a record, or the record itself; records of before say less there. */
type Told = {
  readonly [F in "outcome" | "action" | "requestId" | "address"]?: AuditRecord[F] | string | undefined;
};

function placeOf(place: string): Told & { readonly id: string } {
  const [id = "", outcome, action, requestId, address] = place.split("#");
  return { id, outcome, action, requestId, address };
}

const isAmong = (wanted: readonly string[] | null, told: string | null | undefined): boolean =>
  wanted === null || told === undefined || wanted.some((one) => one === told);

/** Whether a record may pass, as far as it is told. */
const mayPass = ({ actions, outcomes, requestId, address }: AuditQuery, told: Told): boolean =>
  isAmong(actions, told.action) &&
  isAmong(outcomes, told.outcome) &&
  isAmong(requestId === null ? null : [requestId], told.requestId) &&
  isAmong(address === null ? null : [address], told.address);

const isOf = (resource: AuditQuery["resource"], record: AuditRecord): boolean =>
  resource === null || (record.resource.type === resource.type && record.resource.id === resource.id);

const passes = (query: AuditQuery, record: AuditRecord): boolean =>
  isOf(query.resource, record) &&
  (query.actor === null || record.actor === query.actor) &&
  mayPass(query, record) &&
  record.at >= query.from &&
  record.at <= query.to;

const byNewest = (a: Entry, b: Entry): number => (a.id < b.id ? 1 : Number(a.id > b.id) * -1);

/** The next entries of a span behind an id, newest first; the second says whether there may be more. */
async function entries(
  ref: TableRef,
  query: AuditQuery,
  { partitions }: Span,
  before: string | null,
  limit: number,
): Promise<{ readonly found: readonly Entry[]; readonly last: string | null }> {
  const index = query.actor === null ? "gsi2" : "gsi1";
  const lists = await Promise.all(
    partitions.map((partition) =>
      queryItems(ref, {
        index,
        partition,
        reverse: true,
        limit,
        ...(before === null ? {} : { range: { lt: before } }),
      }),
    ),
  );
  const read = lists
    .flat()
    .map((item) => ({ key: keyOf(item), ...placeOf(String(item[`${index}sk`])) }))
    .toSorted(byNewest)
    .slice(0, limit);
  const more = lists.some((list) => list.length === limit);
  return {
    found: read.filter((entry) => mayPass(query, entry)),
    last: more ? (read.at(-1)?.id ?? null) : null,
  };
}

/** Records by their keys, in the order of the keys. */
async function recordsAt(ref: TableRef, found: readonly Entry[]): Promise<readonly AuditRecord[]> {
  const items: ReadonlyMap<string, RawItem> = await getItems(
    ref,
    found.map(({ key }) => key),
  );
  return found.flatMap(({ key }) => {
    const item = items.get(keyText(key));
    return item === undefined ? [] : [readAudit(item)];
  });
}

type Trail = ReturnType<AuditStore["auditTrail"]>;

/** One span after the other, from the newest on, until something is found; a span without anything costs a query of each partition. */
async function bySpan(ref: TableRef, query: AuditQuery, after: AuditPosition | null, limit: number): Trail {
  const spans = spansOf(query);
  const start = after === null ? 0 : spans.findIndex(({ span }) => span === after.span);
  let before = after === null || after.id === "" ? null : after.id;
  for (let number = start; ; number += 1) {
    const at = spans[number];
    if (at === undefined) return { items: [], next: null };
    const { found, last } = await entries(ref, query, at, before, limit);
    const items = (await recordsAt(ref, found)).filter((record) => passes(query, record));
    const following = spans[number + 1];
    if (last !== null) return { items, next: { span: at.span, id: last } };
    if (items.length > 0) {
      return { items, next: following === undefined ? null : { span: following.span, id: "" } };
    }
    before = null;
  }
}

async function byResource(
  ref: TableRef,
  query: AuditQuery,
  { type, id }: NonNullable<AuditQuery["resource"]>,
  after: AuditPosition | null,
  limit: number,
): Trail {
  const found = await queryItems(ref, {
    partition: `AUDIT#${type}#${id}`,
    reverse: true,
    limit,
    ...(after === null ? {} : { range: { lt: after.id } }),
  });
  const records = found.map(readAudit);
  const last = records.at(-1);
  const over = found.length < limit || last === undefined || last.at < query.from;
  return {
    items: records.filter((record) => passes(query, record)),
    next: over ? null : { span: "", id: last.id },
  };
}

/** Audit records lie with what they are about; indexes find them by who did it and by when. */
export const auditStore = (ref: TableRef): AuditStore => ({
  auditTrail: async (query, after, limit) =>
    query.resource === null
      ? await bySpan(ref, query, after, limit)
      : await byResource(ref, query, query.resource, after, limit),
  ...auditExportStore(ref),
});
