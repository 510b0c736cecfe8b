import type { RouteId } from "#contracts/http/routes.ts";
import type { Reply } from "#test/support/check-reply.ts";
import type { Column } from "./personas.ts";
import type { Sources } from "./sources.ts";

type Name = keyof Sources;

const members: readonly Column[] = ["ing", "sub", "exp", "own", "GOV", "all"];
const governors: readonly Column[] = ["GOV", "all"];

/** Who reads a data source. */
const readers: Readonly<Record<Name, readonly Column[]>> = {
  plain: members,
  findable: members,
  askable: ["own", ...governors],
  disabled: ["own"],
  ownerless: governors,
  stated: ["own", ...governors],
  vetted: governors,
  deleted: ["own"],
};
const names = Object.keys(readers) as Name[];

/** Everybody may find these, by their names. */
const found: readonly Name[] = ["findable", "askable"];

/** Who is told by which route of what they may not know of otherwise. */
const told: readonly {
  readonly route: RegExp;
  readonly to: readonly Column[];
  readonly of: readonly Name[];
}[] = [
  // Every record is AUDIT's to read.
  { route: /^list(Audit|Activity)$/, to: ["AUD", "all"], of: names },
  // Who approves by a permission is told of what.
  { route: /AccessRequest/, to: ["USR", "AUD"], of: ["vetted"] },
  // Whoever may bring it back is told what it is.
  { route: /^(listDeletedDataSources|restoreDataSource)$/, to: ["APP", "all"], of: ["deleted"] },
];

/** What of a data source somebody may not be told by a route. */
function secretsOf(sources: Sources, name: Name, route: RouteId, column: Column): readonly string[] {
  if (readers[name].includes(column)) return [];
  const isTold = told.some(
    (each) => each.route.test(route) && each.to.includes(column) && each.of.includes(name),
  );
  if (isTold) return [];
  const { id, name: called, schema } = sources[name];
  // Registrars know what is in the database behind their connection.
  const places = column === "reg" ? [] : [schema];
  return found.includes(name) ? places : [id, called, ...places];
}

/** What a reply tells somebody of data sources that they may not know of, beyond what they sent themselves. */
export function leaksOf(
  sources: Sources,
  asked: { readonly route: RouteId; readonly column: Column; readonly sent: string },
  { text, headers }: Reply,
): readonly string[] {
  const bytes = text + JSON.stringify(headers);
  return names
    .flatMap((name) => secretsOf(sources, name, asked.route, asked.column))
    .filter((secret) => !asked.sent.includes(secret) && bytes.includes(secret));
}
