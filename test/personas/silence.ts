import type { Reply } from "#test/support/check-reply.ts";
import type { Column } from "./personas.ts";
import type { Row } from "./parse-table.ts";
import type { Named, Sources } from "./sources.ts";

const everybody: readonly Column[] = ["out", "ing", "sub", "exp", "own", "reg", "APP", "USR", "GOV", "AUD"];

/** Who may know that a data source is there. */
const knowing: Readonly<Record<keyof Sources, readonly Column[]>> = {
  plain: ["ing", "sub", "exp", "own", "GOV", "all"],
  findable: [...everybody, "CDS", "PRJ", "all"],
  askable: [...everybody, "CDS", "PRJ", "all"],
  disabled: ["own"],
  ownerless: ["GOV", "all"],
  stated: ["own", "GOV", "all"],
  vetted: ["GOV", "all"],
  deleted: ["own"],
};

/** Who is told of a data source, by what, that they may not know of otherwise. */
const told: readonly {
  readonly route: RegExp;
  readonly to: readonly Column[];
  readonly of: readonly (keyof Sources)[];
}[] = [
  // Every record is AUDIT's to read.
  { route: /^list(Audit|Activity)$/, to: ["AUD", "all"], of: Object.keys(knowing) as (keyof Sources)[] },
  // Who approves by a permission is told of what.
  { route: /AccessRequest/, to: ["USR", "AUD"], of: ["vetted"] },
  // Whoever may bring it back is told what it is.
  { route: /^(listDeletedDataSources|restoreDataSource)$/, to: ["APP", "all"], of: ["deleted"] },
];

const mayBeTold = (of: keyof Sources, column: Column, { route }: Row): boolean =>
  knowing[of].includes(column) ||
  told.some((each) => each.route.test(route) && each.to.includes(column) && each.of.includes(of));

/** A schema is told to registrars of the connection that it is behind. */
const secretsOf = ({ id, name, schema }: Named, column: Column): readonly string[] =>
  column === "reg" ? [id, name] : [id, name, schema];

/** What a reply tells, to somebody, of data sources that they may not know of, beyond what they sent themselves. */
export const leaksOf = (
  sources: Sources,
  row: Row,
  column: Column,
  sent: string,
  reply: Reply,
): readonly string[] => {
  const bytes = reply.text + JSON.stringify(reply.headers);
  return (Object.keys(knowing) as (keyof Sources)[])
    .filter((name) => !mayBeTold(name, column, row))
    .flatMap((name) => secretsOf(sources[name], column))
    .filter((secret) => !sent.includes(secret) && bytes.includes(secret));
};
