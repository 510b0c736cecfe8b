import type { DatabaseSync } from "node:sqlite";
import { isListed, keysOfName, nothingKnown, type Known } from "./known.ts";
import { learnMembers, memberKey, membersIn, nobodyKnown, type KnownMembers } from "./known-members.ts";
import { memberTable, putMembers } from "./member-table.ts";
import { encodeRows } from "./row-list.ts";
import { factsOf } from "./rows.ts";
import type { CatalogChange } from "#core/ports/catalog-index.ts";

/** What the shape before kept of a data source: the principals that own it were its only members. */
type Before = Known & { readonly owners: NonNullable<CatalogChange["owners"]> | null };

const readAtOnce = 1000;

/**
 * Makes the tables of a segment of shape 1 those of shape 2, all of them or none: members lie in a table of their own
 * and in lists by role, a class holds who may subscribe, and the words of a data source's own name have lists.
 */
export function convertShape1(sql: DatabaseSync): void {
  sql.exec("begin");
  try {
    sql.exec(`alter table source add column members_as_of integer not null default -1; ${memberTable}`);
    // Lists of owners, whose place lists of members take.
    sql.exec("delete from list where key >= 'o:' and key < 'o;'");
    const lists = new Map<string, number[]>();
    for (const { row, before } of sourcesIn(sql)) {
      for (const key of convertRow(sql, row, before)) {
        const list = lists.get(key) ?? [];
        lists.set(key, list);
        list.push(row);
      }
    }
    const put = sql.prepare("insert into list values (?, ?)");
    for (const [key, rows] of lists) put.run(key, encodeRows(rows));
    sql.exec("pragma user_version = 2; commit");
  } catch (error) {
    sql.exec("rollback");
    throw error;
  }
}

/** Every data source in the order of its row: some are read at a time, because each is changed before the next are. */
function* sourcesIn(sql: DatabaseSync): Iterable<{ readonly row: number; readonly before: Before }> {
  const read = sql.prepare("select row, known from source where row > ? order by row limit ?");
  let last = 0;
  for (;;) {
    const found = read.all(last, readAtOnce);
    if (found.length === 0) return;
    for (const at of found) {
      last = Number(at["row"]);
      yield { row: last, before: JSON.parse(String(at["known"])) as Before };
    }
  }
}

/** Writes what is known of a data source anew, and tells which lists gain it. */
function convertRow(sql: DatabaseSync, row: number, { owners, ...before }: Before): readonly string[] {
  const known: Known = { ...nothingKnown, ...before };
  const members = membersOf(owners);
  sql
    .prepare("update source set known = ?, class = ?, members_as_of = ? where row = ?")
    .run(JSON.stringify(before), factsOf(known)?.class ?? null, members.asOf, row);
  putMembers((text) => sql.prepare(text), row, nobodyKnown, members);
  return [
    ...(isListed(known) ? new Set(keysOfName(known.header.name, "name")) : []),
    ...[...members.of].flatMap(([principal, statement]) => memberKey(principal, statement) ?? []),
  ];
}

function membersOf(owners: Before["owners"]): KnownMembers {
  const told = membersIn({ dataSourceId: "", ...(owners === null ? {} : { owners }) });
  return told === undefined ? nobodyKnown : learnMembers(nobodyKnown, told);
}
