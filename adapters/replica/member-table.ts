import type { StatementSync } from "node:sqlite";
import type { KnownMembers, Statement } from "./known-members.ts";

/** What is stated about members, an entry for each principal and data source: one may have ten thousand of them. */
export const memberTable = `
create table member (
  row integer not null, principal text not null, role text, expires_at text, version integer not null,
  primary key (row, principal)
) without rowid;
`;

type Prepare = (text: string) => StatementSync;
type Found = Readonly<Record<string, unknown>>;

/** What is stated on a row, about everybody or about some. */
export function membersOn(
  prepare: Prepare,
  row: number,
  principals: readonly string[] | null,
): ReadonlyMap<string, Statement> {
  const found =
    principals === null
      ? prepare("select * from member where row = ?").all(row)
      : statedOnRows(prepare, [row], principals);
  return new Map(found.map((at) => [String(at["principal"]), statementIn(at)]));
}

/** What is stated about some principals on some rows. */
export function statementsOn(
  prepare: Prepare,
  rows: readonly number[],
  principals: readonly string[],
): ReadonlyMap<number, readonly Statement[]> {
  const found = statedOnRows(prepare, rows, principals);
  const byRow = Map.groupBy(found, (at) => Number(at["row"]));
  return new Map([...byRow].map(([row, of]) => [row, of.map(statementIn)]));
}

const statedOnRows = (prepare: Prepare, rows: readonly number[], principals: readonly string[]) =>
  rows.length === 0 || principals.length === 0
    ? []
    : prepare(
        `select member.* from json_each(?) rows cross join json_each(?) principals
         cross join member on member.row = rows.value and member.principal = principals.value`,
      ).all(JSON.stringify(rows), JSON.stringify(principals));

/** Writes what differs. */
export function putMembers(prepare: Prepare, row: number, before: KnownMembers, after: KnownMembers): void {
  for (const principal of before.of.keys()) {
    if (!after.of.has(principal))
      prepare("delete from member where row = ? and principal = ?").run(row, principal);
  }
  for (const [principal, statement] of after.of) {
    if (before.of.get(principal) === statement) continue;
    const { role, expiresAt, version } = statement;
    prepare("insert or replace into member values (?, ?, ?, ?, ?)").run(
      row,
      principal,
      role,
      expiresAt,
      version,
    );
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

const statementIn = (found: Found): Statement => ({
  role: textOrNull(found["role"]) as Statement["role"],
  expiresAt: textOrNull(found["expires_at"]),
  version: Number(found["version"]),
});
