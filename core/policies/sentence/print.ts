import type { SaidScope, SaidWho, Sentence, SubscriptionSentence } from "./ast.ts";
import { isReserved } from "./token-reader.ts";
import { isBareWord } from "./tokens.ts";

/** The sentence as everybody writes it: what it prints parses to the same again. */
export function print(sentence: Sentence): string {
  switch (sentence.kind) {
    case "subscription":
      return subscription(sentence);
  }
}

function subscription({
  terms: { kind, approvers, when, discoverable },
  scope,
}: SubscriptionSentence): string {
  return [
    openings[kind],
    kind === "approval" ? ` with approval by ${row(approvers, "and")}` : "",
    when === null ? "" : ` when ${printWho(when)}`,
    scope === null ? "" : ` on ${printScope(scope)}`,
    discoverable ? `, and let everyone discover ${scope === null ? "it" : "them"}` : "",
  ].join("");
}

const openings = {
  anyone: "Allow anyone to subscribe",
  approval: "Allow users to subscribe",
  entitlement: "Allow users to subscribe",
  individual: "Allow individually selected users to subscribe",
} as const;

/** A name as it stands in a sentence: in double quotes where it is no plain word. */
export const printName = (name: string): string =>
  isBareWord(name) && !isReserved(name) ? name : `"${name.replaceAll('"', '""')}"`;

const printText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `a`, `a or b`, `a, b or c`. */
const row = (texts: readonly string[], by: "and" | "or"): string => {
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} ${by} ${last}`;
};

/** Which data sources a sentence is about. */
export function printScope(scope: SaidScope): string {
  if (scope.on === "all") return "all data sources";
  const several = scope.every.length > 1;
  const parts = scope.every.map((any) => {
    const names = row(any.map(printName), "or");
    return several && any.length > 1 ? `(${names})` : names;
  });
  return `data sources tagged ${row(parts, "and")}`;
}

type Group = Extract<SaidWho, { readonly who: "group" }>;

const isGroup = (who: SaidWho): who is Group => who.who === "group";
const joins = { all: "and", any: "or" } as const;

/** A condition on somebody. */
export function printWho(who: SaidWho): string {
  switch (who.who) {
    case "group":
      return `user is a member of group ${printName(who.name)}`;
    case "attribute":
      return `user possesses attribute ${attribute(who)}`;
    case "not":
      return negated(who.of);
    case "all":
    case "any":
      return runs(who.of)
        .map((run) =>
          run.length > 1 ? `user is a member of ${groups(run, who.who)}` : run.map(inRow).join(""),
        )
        .join(` ${joins[who.who]} `);
  }
}

/** Parts in their order, groups next to each other taken together. */
function runs(of: readonly SaidWho[]): readonly (readonly SaidWho[])[] {
  const found: SaidWho[][] = [];
  for (const part of of) {
    const last = found.at(-1);
    if (last !== undefined && isGroup(part) && last.every(isGroup)) last.push(part);
    else found.push([part]);
  }
  return found;
}

/** One of several conditions: in parentheses where it is made of several that do not read as one. */
const inRow = (who: SaidWho): string =>
  (who.who === "all" || who.who === "any") && !who.of.every(isGroup) ? `(${printWho(who)})` : printWho(who);

const groups = (of: readonly SaidWho[], by: "all" | "any"): string =>
  `${by} of the groups ${row(
    of.filter(isGroup).map(({ name }) => printName(name)),
    joins[by],
  )}`;

function attribute({ name, values }: Extract<SaidWho, { readonly who: "attribute" }>): string {
  if (values === null) return printName(name);
  const texts = row(values.map(printText), "or");
  return `${printName(name)} with ${values.length === 1 ? "value" : "values"} ${texts}`;
}

function negated(who: SaidWho): string {
  switch (who.who) {
    case "group":
      return `user is not a member of group ${printName(who.name)}`;
    case "attribute":
      return `user does not possess attribute ${attribute(who)}`;
    case "all":
    case "any":
      return who.of.every(isGroup)
        ? `user is not a member of ${groups(who.of, who.who)}`
        : `not (${printWho(who)})`;
    case "not":
      return `not (${printWho(who)})`;
  }
}
