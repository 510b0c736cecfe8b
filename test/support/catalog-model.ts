import * as fc from "fast-check";
import { foldName } from "#core/names/fold.ts";
import { indexedWords } from "#core/names/words.ts";
import type {
  CatalogChange,
  CatalogClass,
  CatalogFilters,
  CatalogQuery,
  HeaderDocument,
  MemberDocument,
  SearchWord,
} from "#core/ports/catalog-index.ts";
import { headerDocument, healthDocument } from "#core/sources/catalog-documents.ts";
import { individually } from "#core/subscriptions/subscription-policy.ts";
import { aDataSource, aHealth } from "./catalog-records.ts";

export const words = [
  "orders",
  "order",
  "ordersTotal",
  "Größe",
  "GRÖSSE",
  "größ",
  "a",
  "ab",
  "abcd",
  "İx",
  "💾d",
  "naïve",
];
const aName = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
  .chain((parts) => fc.constantFrom("_", ".", "-", " ", "").map((by) => parts.join(by)));
export const tagIds = ["tag_1", "tag_2", "tag_3"] as const;
export const people = ["user:usr_1", "user:usr_2", "group:grp_1"] as const;
/** When it is asked; what is stated until then does not hold any more. */
export const askedAt = new Date("2026-01-01T12:00:00.000Z");
export const technologies = ["postgresql", "snowflake"] as const;

const aMember = fc.record({
  principal: fc.constantFrom(...people),
  role: fc.constantFrom("owner", "expert", "subscriber", "ingest", "removed", null),
  expiresAt: fc.constantFrom(null, null, "2026-01-01T12:00:00.000Z", "2026-01-01T12:00:00.001Z"),
});

/** A change of one of a few data sources, whatever it is of. */
export const aChange = fc.record({
  of: fc.integer({ min: 0, max: 7 }),
  parts: fc.subarray(["header", "health", "members", "owners", "columns", "columnTags", "deleted"] as const, {
    minLength: 1,
  }),
  name: aName,
  table: aName,
  columns: fc.array(aName, { maxLength: 4 }),
  tags: fc.subarray([...tagIds]),
  columnTags: fc.subarray([...tagIds]),
  owner: fc.constantFrom(...people),
  members: fc.uniqueArray(aMember, { selector: ({ principal }) => principal, maxLength: 3 }),
  /** Whether these are all that there are. */
  whole: fc.boolean(),
  /** Null for a header of before there were terms. */
  discoverable: fc.constantFrom(true, false, null),
  enabled: fc.boolean(),
  technology: fc.constantFrom(...technologies),
  connectionId: fc.constantFrom("con_1", "con_2"),
  healthy: fc.boolean(),
});
type Change = typeof aChange extends fc.Arbitrary<infer T> ? T : never;

/** What a change tells the index, its parts at a version. */
export function documentsOf(change: Change, version: number): CatalogChange {
  const id = `ds_${change.of}`;
  const { name, table, technology, connectionId } = change;
  const whole = headerDocument(
    aDataSource({
      id,
      name,
      technology: technology as "postgresql",
      connectionId,
      remote: { database: "d", schema: "public", table, kind: "table" },
      status: change.enabled ? "enabled" : "disabled",
      subscription: { ...individually, discoverable: change.discoverable ?? false },
      createdAt: `2026-01-0${change.of + 1}T00:00:00.000Z`,
      tags: change.tags.map((tagId) => ({ tagId, provenance: "manual", appliedBy: "usr_1", appliedAt: "" })),
      version,
    }),
  );
  const { subscription: _, ...before } = whole;
  const header = change.discoverable === null ? (before as HeaderDocument) : whole;
  const status = change.healthy ? "healthy" : "unhealthy";
  const parts: Omit<CatalogChange, "dataSourceId"> = {
    header,
    health: { ...healthDocument(aHealth(id)), version, status },
    members: { changes: change.members, version, whole: change.whole },
    owners: { principals: [change.owner], version },
    columns: { names: change.columns, version },
    columnTags: { tagIds: change.columnTags, version },
    deleted: { version },
  };
  // Nothing is deleted and given a new header at once.
  const told = change.parts.filter((part) => part !== "deleted" || !change.parts.includes("header"));
  return { dataSourceId: id, ...Object.fromEntries(told.map((part) => [part, parts[part]])) };
}

/** The whole catalog as plain objects: the newest of each part. */
export function catalogOf(changes: readonly CatalogChange[]) {
  return [...Map.groupBy(changes, ({ dataSourceId }) => dataSourceId).values()].flatMap((of) => {
    const [header, health] = [newest(of, "header"), newest(of, "health")];
    const deletedAt = newest(of, "deleted")?.version ?? 0;
    if (header === undefined || health === undefined || header.version <= deletedAt) return [];
    const columns = newest(of, "columns")?.names;
    const columnTags = newest(of, "columnTags")?.tagIds;
    return [{ header, health, members: membersOf(of), ...lists({ columns, columnTags }) }];
  });
}

/** What was told of members at each version; deltas of before told of owners, and there were no other members. */
const toldOfMembers = ({ members, owners }: CatalogChange) =>
  members ?? {
    version: owners?.version ?? 0,
    whole: owners !== undefined,
    changes: (owners?.principals ?? []).map((principal) => ({
      principal,
      role: "owner" as const,
      expiresAt: null,
    })),
  };

/** What was told last of each principal; who is no member any more is none. */
function membersOf(changes: readonly CatalogChange[]): readonly MemberDocument[] {
  const told = changes.map(toldOfMembers).toSorted((a, b) => a.version - b.version);
  const whole = told.findLastIndex((of) => of.whole === true);
  const since = told.slice(Math.max(0, whole));
  const last = new Map(since.flatMap((of) => of.changes.map((member) => [member.principal, member])));
  return [...last.values()].filter(({ role }) => role !== null);
}

type Lists<T> = Readonly<Record<"columns" | "columnTags", T>>;

/** What was never told is empty. */
const lists = ({
  columns = [],
  columnTags = [],
}: Partial<Lists<readonly string[] | undefined>>): Lists<readonly string[]> => ({ columns, columnTags });

/** What the records themselves would say after these changes: parts that have no version of their own have 0. */
export function recordsOf(changes: readonly CatalogChange[]): readonly CatalogChange[] {
  return [...Map.groupBy(changes, ({ dataSourceId }) => dataSourceId)].map(([dataSourceId, of]) => {
    const parts = ["header", "health", "deleted", "columns", "columnTags"] as const;
    const known = parts.flatMap((part) => {
      const value = newest(of, part);
      if (value === undefined) return [];
      const versioned = part === "header" || part === "health" || part === "deleted";
      return [[part, versioned ? value : { ...value, version: 0 }] as const];
    });
    // As of the change before the one that is counted with them: the scan may have met no more of it than the count.
    const version = Math.max(0, ...of.map((change) => toldOfMembers(change).version)) - 1;
    const members = { changes: membersOf(of), version: Math.max(0, version), whole: true };
    return { dataSourceId, ...Object.fromEntries(known), members };
  });
}

type Part = Exclude<keyof CatalogChange, "dataSourceId">;

const newest = <P extends Part>(changes: readonly CatalogChange[], part: P) =>
  changes
    .map((change) => change[part])
    .filter((value) => value !== undefined)
    .toSorted((a, b) => b.version - a.version)[0];

export type Source = ReturnType<typeof catalogOf>[number];

const has = (wanted: readonly string[] | null, value: string | null): boolean =>
  wanted === null || (value !== null && wanted.includes(value));

/** What is stated about the caller on it, and holds. */
export const statedIn = (
  { principals, now }: Pick<CatalogFilters["visibility"], "principals" | "now">,
  { members }: Pick<Source, "members">,
): readonly NonNullable<MemberDocument["role"]>[] =>
  members.flatMap(({ principal, role, expiresAt }) => {
    const holds = expiresAt === null || Date.parse(expiresAt) > now.getTime();
    return principals.includes(principal) && holds && role !== null ? [role] : [];
  });

/** What a decision about it rests on beside that; headers of before have no terms. */
function classIn(
  { scopes }: CatalogFilters["visibility"],
  { status = "enabled", subscription = individually, tagIds: tags = [] }: Partial<HeaderDocument>,
): CatalogClass {
  const covers = (any: readonly string[]): boolean => any.some((id) => tags.includes(id));
  const applying = scopes.filter(({ every }) => every === null || every.every(covers));
  return { status, subscription, policyIds: applying.map(({ policyId }) => policyId) };
}

/** What the caller sees of it. */
export const sightOf = ({ visibility }: CatalogFilters, source: Source) =>
  visibility.sight(classIn(visibility, source.header), statedIn(visibility, source));

/** Whether the caller may see it and it is of the values asked for; what is only found is of no value but these two. */
function passes(filters: CatalogFilters, source: Source): boolean {
  const { header, health } = source;
  const { visibility, tagIds: tags, roles } = filters;
  const role = roles?.role(classIn(visibility, source.header), statedIn(visibility, source)) ?? null;
  const sight = sightOf(filters, source);
  const of = (value: string | null): string | null => (sight === "read" ? value : null);
  const filtered = [
    tags === null || tags.some((tag) => header.tagIds.includes(tag)),
    roles === null || (role !== null && roles.wanted.includes(role)),
    has(filters.technologies, header.technology),
    has(filters.connectionIds, of(header.connectionId)),
    has(filters.healths, of(health.status)),
    has(filters.statuses, of(header.status)),
    has(filters.origins, of(header.origin.type)),
  ];
  return sight !== null && filtered.every(Boolean);
}

/** What a search looks at: of what is only found its name and its own tags. */
function searchedIn(filters: CatalogFilters, { header, columns, columnTags, ...source }: Source) {
  const readable = sightOf(filters, { header, columns, columnTags, ...source }) === "read";
  const names = [header.name, ...(readable ? [header.remote.schema, header.remote.table, ...columns] : [])];
  return { names: names.flatMap(indexedWords), tags: [...header.tagIds, ...(readable ? columnTags : [])] };
}

/** 0 where every term is a whole word, 1 where one only begins a word, or null where a data source does not pass. */
function rankOf(filters: CatalogFilters, source: Source): number | null {
  if (!passes(filters, source)) return null;
  const { names, tags } = searchedIn(filters, source);
  const whole = ({ text, exactTagIds }: SearchWord): boolean =>
    names.includes(text) || tags.some((tag) => exactTagIds.includes(tag));
  const begun = (word: SearchWord): boolean =>
    whole(word) ||
    names.some((name) => name.startsWith(word.text)) ||
    tags.some((tag) => word.tagIds.includes(tag));
  const met = (by: (word: SearchWord) => boolean): boolean =>
    filters.terms.every((ways) => ways.some((words) => words.every(by)));
  if (!met(begun)) return null;
  return met(whole) ? 0 : 1;
}

/** What a plain filter over the whole catalog lists, in order. */
export function expected(
  catalog: readonly Source[],
  filters: CatalogFilters,
  { sort, wholeWordsFirst }: Pick<CatalogQuery, "sort" | "wholeWordsFirst">,
): readonly string[] {
  const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return catalog
    .flatMap((source) => {
      const rank = rankOf(filters, source);
      return rank === null ? [] : [{ rank, ...source.header }];
    })
    .toSorted(
      (a, b) =>
        (wholeWordsFirst ? a.rank - b.rank : 0) ||
        (sort === "name" ? order(foldName(a.name), foldName(b.name)) : order(b.createdAt, a.createdAt)) ||
        order(a.id, b.id),
    )
    .map(({ id }) => id);
}
