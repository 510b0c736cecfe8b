import type { SaidWho } from "./ast.ts";
import { joinedBy, names, plainlyJoinedBy, row, type Joint } from "./names.ts";
import type { TokenReader } from "./token-reader.ts";

/** A condition; `loose` is the first joint of its names where nothing but that says how they belong together. */
interface Part {
  readonly who: SaidWho;
  readonly loose?: Joint | undefined;
}

const operators = { and: "all", or: "any" } as const;

/** Words that a condition can begin with. */
const beginnings = new Set(
  "are belong belongs do does has have in is member members not possess possesses the they user users who".split(
    " ",
  ),
);

/** Conditions joined by `and` or by `or`, never by both without parentheses. */
export function who(reader: TokenReader): SaidWho {
  const begins = (ahead: number): boolean => {
    const { kind, value, raw } = reader.peek(ahead);
    return raw === "(" || (kind === "word" && beginnings.has(value.toLowerCase()));
  };
  const { items: parts, joints } = row(reader, { begins, what: "user" }, () => part(reader));
  const joined = plainlyJoinedBy(reader, joints, "join conditions by `and` or `or`");
  const astray = parts.find(({ loose }) => joined !== null && loose !== undefined && loose.word !== joined);
  if (astray?.loose !== undefined) {
    const why =
      "`and` and `or` do not stand side by side: say `any of the groups` or `all of the groups`, or put parentheses.";
    reader.refuse(astray.loose.token, why, ["("]);
  }
  return united(
    parts.map((one) => one.who),
    operators[joined ?? "and"],
  );
}

/** One condition, or several as one, those of the same kind within each other being one. */
function united(parts: readonly SaidWho[], by: "all" | "any"): SaidWho {
  const of = parts.flatMap((part) => (part.who === by ? part.of : [part]));
  const [first] = of;
  return of.length === 1 && first !== undefined ? first : { who: by, of };
}

function part(reader: TokenReader): Part {
  const token = reader.peek();
  if (reader.takes("(")) {
    const inner = reader.within(token, () => who(reader));
    reader.demand(")");
    return { who: inner };
  }
  if (reader.takes("not")) return without(reader.within(token, () => part(reader)));
  if (!reader.takes("user")) reader.also("[the] user|users|they", "who");
  return condition(reader);
}

const without = ({ who: of }: Part): Part => ({ who: { who: "not", of } });

/** How something is said of a user, the way that is canonical first; where there is none, it is understood and not told. */
const forms: readonly {
  readonly canonical?: string;
  readonly also: readonly string[];
  readonly read: (reader: TokenReader) => Part;
}[] = [
  {
    canonical: "is a member of",
    also: ["is|are [a] member|members of", "is|are in", "belongs|belong to", "[a] member|members of", "in"],
    read: groups,
  },
  {
    canonical: "is not a member of",
    also: ["is|are not [a] member|members of", "is|are not in", "does|do not belong to"],
    read: (reader) => without(groups(reader, "negated")),
  },
  {
    canonical: "possesses attribute",
    also: ["possesses|possess|has|have [an|the] attribute"],
    read: attribute,
  },
  {
    canonical: "does not possess attribute",
    also: ["does|do not possess|have [an|the] attribute"],
    read: (reader) => without(attribute(reader)),
  },
];

/** What is said of the user: groups or an attribute, or that it is not so. */
function condition(reader: TokenReader): Part {
  const form = forms.find(
    ({ canonical, also }) => (canonical !== undefined && reader.takes(canonical)) || reader.also(...also),
  );
  return form === undefined ? reader.fail() : form.read(reader);
}

/** How many of the groups, where it is said. */
function quantity(reader: TokenReader): "all" | "any" | null {
  if (reader.takes("any of the groups") || reader.also("any|one of [the] groups")) return "any";
  if (reader.takes("all of the groups") || reader.also("all|each of [the] groups")) return "all";
  if (!reader.takes("group") && !reader.also("[the] group|groups")) reader.fail();
  return null;
}

const sayWhich = "say `any of the groups` or `all of the groups`";

function groups(reader: TokenReader, negated?: "negated"): Part {
  const said = quantity(reader);
  const { items, joints } = names(reader, "group", "group|groups");
  const by = said === null ? byJoints(reader, joints, negated) : withJoints(reader, joints, said);
  return {
    who: united(
      items.map((name) => ({ who: "group", name })),
      by,
    ),
    loose: said === null ? joints.find(({ word }) => word !== null) : undefined,
  };
}

/** How many are meant where only what joins them says so. */
function byJoints(reader: TokenReader, joints: readonly Joint[], negated?: "negated"): "all" | "any" {
  const [first] = joints;
  if (negated !== undefined && first !== undefined) {
    reader.refuse(first.token, `Not in all of them, or in none: ${sayWhich}.`);
  }
  return operators[plainlyJoinedBy(reader, joints, sayWhich) ?? "and"];
}

/** How many are meant where it is said, which what joins them must not contradict. */
function withJoints(reader: TokenReader, joints: readonly Joint[], said: "all" | "any"): "all" | "any" {
  const or = joints.find(({ word }) => word === "or");
  joinedBy(reader, joints);
  if (said === "all" && or !== undefined) {
    reader.refuse(or.token, "`all of the groups` are joined by `and`.", ["and"]);
  }
  return said;
}

function attribute(reader: TokenReader): Part {
  const name = reader.name("attribute");
  const valued = reader.takes("with value") || reader.takes("with values") || reader.also("=");
  return { who: { who: "attribute", name, values: valued ? values(reader) : null } };
}

/** Any of some values, each once. */
function values(reader: TokenReader): readonly string[] {
  const begins = (ahead: number): boolean => reader.textAt(ahead);
  const { items, joints } = row(reader, { begins, what: "'text'", by: ["or"] }, () => reader.text());
  const both = joints.find(({ word }) => word === "and");
  if (both !== undefined) {
    reader.refuse(both.token, "Any of several values will do, so they are joined by `or`.", ["or"]);
  }
  return [...new Set(items)];
}
