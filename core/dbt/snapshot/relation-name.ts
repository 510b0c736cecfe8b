/** A part of a name as it was written. */
export interface NamePart {
  readonly text: string;
  readonly quoted: boolean;
}

/** What closes each quote; doubled inside, it stands for itself. */
const closing: Readonly<Record<string, string>> = { '"': '"', "`": "`", "[": "]" };
/** What cannot be in a name that is not quoted. */
const plain = /^[^\s."'`[\]();,/\\]+/u;
const mostParts = 4;

function quotedPart(rest: string): { readonly part: NamePart; readonly length: number } | null {
  const close = closing[rest.slice(0, 1)];
  if (close === undefined) return null;
  let text = "";
  for (let at = 1; at < rest.length; at += 1) {
    const character = rest.charAt(at);
    const doubled = character === close && rest.charAt(at + 1) === close;
    if (character === close && !doubled) {
      return text === "" ? null : { part: { text, quoted: true }, length: at + 1 };
    }
    if (doubled) at += 1;
    text += character;
  }
  return null;
}

function nextPart(rest: string): { readonly part: NamePart; readonly length: number } | null {
  const quoted = quotedPart(rest);
  if (quoted !== null) return quoted;
  const text = plain.exec(rest)?.[0];
  return text === undefined ? null : { part: { text, quoted: false }, length: text.length };
}

/**
 * The parts of a `relation_name` as dbt rendered it, whatever its engine quotes with; null where it is no name of a
 * relation, such as `read_csv('orders.csv')`, which dbt-duckdb writes for a source that is a file.
 */
export function parseRelationName(name: string): readonly NamePart[] | null {
  const parts: NamePart[] = [];
  let rest = name.trim();
  for (;;) {
    const next = nextPart(rest);
    if (next === null || parts.length === mostParts) return null;
    parts.push(next.part);
    rest = rest.slice(next.length);
    if (rest === "") return parts;
    if (!rest.startsWith(".")) return null;
    rest = rest.slice(1);
  }
}
