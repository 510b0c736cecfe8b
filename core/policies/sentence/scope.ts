import type { SaidScope } from "./ast.ts";
import { names, plainlyJoinedBy, row } from "./names.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Token } from "./tokens.ts";

/** What stands behind `on`: which data sources a sentence is about. */
export function scope(reader: TokenReader): SaidScope {
  const token = reader.peek();
  const all = nouns(reader, token);
  if (reader.also("with [a|the] column|columns")) refuseColumns(reader, token);
  if (reader.takes("tagged") || reader.also("with [a|the] tag|tags")) {
    reader.also("with");
    return { on: "tagged", every: tags(reader) };
  }
  return all ? { on: "all" } : reader.fail();
}

/** What a data source may be called; whether all of them are meant. */
function nouns(reader: TokenReader, token: Token): boolean {
  if (reader.takes("all data sources")) return true;
  if (reader.also("all|any|every data source|sources", "all|any|every table|tables")) return true;
  if (reader.takes("data sources") || reader.also("[the] data source|sources", "[the] table|tables"))
    return false;
  if (reader.also("[all|any] column|columns")) refuseColumns(reader, token);
  return reader.fail();
}

/** Who may subscribe is decided by what stands on the data source itself: for a list nothing else is read. */
const refuseColumns = (reader: TokenReader, token: Token): never =>
  reader.refuse(
    token,
    "Who may subscribe is decided by the tags of the data source itself, not by those of its columns: write `on data sources tagged …`.",
    ["data sources tagged"],
  );

/** Parts that must all be met, each by any of its tags. */
function tags(reader: TokenReader): readonly (readonly string[])[] {
  const begins = (ahead: number): boolean => reader.nameAt(ahead) || reader.peek(ahead).raw === "(";
  const { items, joints } = row(reader, { begins, what: "name of a tag" }, () => part(reader));
  const joined = plainlyJoinedBy(reader, joints, "join tags by `and` or `or`");
  return joined === "or" ? [items.flat()] : items;
}

/** One tag, or some in parentheses, any of which will do. */
function part(reader: TokenReader): readonly string[] {
  if (!reader.takes("(")) return [reader.name("tag")];
  const { items, joints } = names(reader, "tag");
  const joined = plainlyJoinedBy(reader, joints, "join tags by `or`");
  const [first] = joints;
  if (joined === "and" && first !== undefined) {
    const why = "Tags within parentheses are joined by `or`, and the parentheses by `and`.";
    reader.refuse(first.token, why, ["or"]);
  }
  reader.demand(")");
  return items;
}
