import type { Mention, TokenReader } from "./token-reader.ts";
import type { Token } from "./tokens.ts";

/** What joins one thing to the next: `and`, `or`, a comma before either, or a comma alone. */
export interface Joint {
  readonly token: Token;
  readonly word: "and" | "or" | null;
}

/** What may follow a joint. */
interface Follower {
  /** Whether the token so far ahead begins more of the same. */
  readonly begins: (ahead: number) => boolean;
  /** What that is called. */
  readonly what: string;
  /** What may join it. */
  readonly by?: readonly ("and" | "or")[];
}

/** Goes past a joint if more of the same follows. Else it stays where it is: the rest of the sentence may go on so. */
function joint(reader: TokenReader, { begins, what, by = ["and", "or"] }: Follower): Joint | null {
  const token = reader.peek();
  const comma = token.raw === "," ? 1 : 0;
  const { kind, value } = reader.peek(comma);
  const said = kind === "word" ? value.toLowerCase() : "";
  const word = said === "and" || said === "or" ? said : null;
  const length = comma + (word === null ? 0 : 1);
  if (length > 0 && begins(length)) {
    reader.skip(length);
    return { token: reader.peek(-1), word };
  }
  if (length === 0) by.forEach((one) => reader.couldBe(one));
  else reader.couldBe(what, length);
  return null;
}

/** One thing after the other, as long as they are joined. */
export function row<T>(
  reader: TokenReader,
  follower: Follower,
  read: () => T,
): { readonly items: readonly T[]; readonly joints: readonly Joint[] } {
  const items = [read()];
  const joints: Joint[] = [];
  for (;;) {
    const next = joint(reader, follower);
    if (next === null) return { items, joints };
    joints.push(next);
    items.push(read());
  }
}

/** By what the whole of a row is joined: all `and` or all `or`, commas before it being the same; null for commas alone. */
export function joinedBy(reader: TokenReader, joints: readonly Joint[]): Joint["word"] {
  const words = joints.filter(({ word }) => word !== null);
  const [first] = words;
  const other = words.find(({ word }) => word !== first?.word);
  if (other !== undefined) {
    const why = "`and` and `or` do not stand side by side: say what belongs together by parentheses.";
    reader.refuse(other.token, why, ["("]);
  }
  return first?.word ?? null;
}

/** The same; refuses a row that nothing but commas joins, which may mean all or any. */
export function plainlyJoinedBy(
  reader: TokenReader,
  joints: readonly Joint[],
  instead: string,
): Joint["word"] {
  const joined = joinedBy(reader, joints);
  const [first] = joints;
  if (first === undefined || joined !== null) return joined;
  const why = `Commas alone do not say whether all or any are meant: ${instead}.`;
  return reader.refuse(first.token, why, ["and", "or"]);
}

/** Names in a row; where there is a `noun`, it may be said again before each of them. */
export function names(reader: TokenReader, of: Mention["of"], noun?: string) {
  const nouns = noun?.split("|") ?? [];
  const begins = (ahead: number): boolean =>
    reader.nameAt(ahead) ||
    (nouns.includes(reader.peek(ahead).value.toLowerCase()) && reader.nameAt(ahead + 1));
  return row(reader, { begins, what: `name of a ${of}` }, () => {
    if (noun !== undefined && !reader.nameAt(0)) reader.also(noun);
    return reader.name(of);
  });
}
