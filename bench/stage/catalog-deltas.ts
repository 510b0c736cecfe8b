import { ulids } from "#adapters/system/system-clock.ts";
import type { CatalogDelta } from "#core/ports/catalog-index.ts";
import type { Clock } from "#core/ports/clock.ts";
import { headerDocument, healthDocument } from "#core/sources/catalog-documents.ts";
import { aDataSource, aHealth } from "#test/support/catalog-records.ts";
import type { Caller } from "./deployment.ts";

/** Words of columns as they are, few of them everywhere and most of them rare. */
const subjects = [
  "id",
  "name",
  "status",
  "amount",
  "email",
  "customer",
  "order",
  "country",
  "created",
  "price",
];
const kinds = ["at", "by", "code", "key", "total", "type", "ref", "flag", "hash", "count", "date", "rate"];

/** The fifty columns of the nth table. */
const columnsOf = (n: number): readonly string[] =>
  Array.from({ length: 50 }, (_, place) => {
    const number = n * 31 + place * 17;
    const subject = subjects[number % subjects.length] ?? "";
    return place < 40
      ? `${subject}_${kinds[place % kinds.length] ?? ""}${place % 3}`
      : `${subject}_x${String((number * 7919) % 4999)}`;
  });

/** Tags of the catalog. */
export const tagIds: readonly string[] = Array.from(
  { length: 300 },
  (_, n) => `tag_${String(n).padStart(4, "0")}`,
);

const tagsOf = (n: number, count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, place) => tagIds[(n * (place + 3) + place * place) % tagIds.length] ?? "",
  );

const words = ["orders", "customers", "invoices", "shipments", "returns", "payments", "visits", "budgets"];

/** Who owns most data sources, and who owns one in a hundred. */
export interface Owners {
  readonly most: Caller;
  readonly few: Caller;
}

/** What the creation of a data source and the end of its health job leave for the index. */
function deltasOf(
  n: number,
  ids: ReturnType<typeof ulids>,
  at: string,
  owner: Caller,
): readonly CatalogDelta[] {
  const dataSourceId = ids.next("dataSource");
  const table = `${words[n % words.length]}_${String((n * 7919) % 1_000_003).padStart(7, "0")}`;
  const header = aDataSource({
    id: dataSourceId,
    name: `sales.${table}`,
    remote: { database: "shop", schema: "sales", table, kind: "table" },
    connectionId: `con_${n % 200}`,
    tags: tagsOf(n, 3).map((tagId) => ({ tagId, provenance: "manual", appliedBy: owner.id, appliedAt: at })),
    createdBy: owner.id,
    createdAt: at,
    updatedAt: at,
  });
  const counted = aHealth(dataSourceId, {
    rowCount: { value: n, exact: true, at },
    highCardinalityColumn: { name: "id", distinct: n, exact: true, at },
    version: 3,
  });
  return [
    {
      header: headerDocument(header),
      health: healthDocument(aHealth(dataSourceId)),
      members: {
        changes: [{ principal: `user:${owner.id}`, role: "owner" as const, expiresAt: null }],
        version: 1,
      },
      columns: { names: columnsOf(n), version: 1 },
      columnTags: { tagIds: tagsOf(n + 7, 5), version: 1 },
    },
    { health: healthDocument(counted) },
  ].map((part) => ({ id: ids.next("delta"), at, changes: [{ dataSourceId, ...part }] }));
}

/** What the index of this many data sources is made from, as of the clock's time; the list reads nothing else of them. */
export function deltasFor(count: number, clock: Clock, { most, few }: Owners): readonly CatalogDelta[] {
  const ids = ulids(clock);
  const at = clock.now().toISOString();
  return Array.from({ length: count }, (_, n) => deltasOf(n, ids, at, n % 100 === 7 ? few : most)).flat();
}
