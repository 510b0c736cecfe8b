/** What a name template can say of a remote table, each as the remote has it, upper and lower case kept. */
export const placeholders = ["database", "schema", "tablename"] as const;
export type Placeholder = (typeof placeholders)[number];

/** A piece of a template: text as it is, or a placeholder. */
export type TemplatePart = { readonly text: string } | { readonly placeholder: Placeholder };

/** How names of data sources are made; no two texts stand side by side. */
export type NameTemplate = readonly TemplatePart[];

/** What is wrong with a template, and where: `offset` counts characters from 0. */
export interface TemplateError {
  readonly offset: number;
  readonly message: string;
}

/** `<schema>.<tablename>`, which is how data sources are named where nobody says otherwise. */
export const defaultTemplate: NameTemplate = [
  { placeholder: "schema" },
  { text: "." },
  { placeholder: "tablename" },
];

const known = placeholders.map((name) => `<${name}>`).join(", ");

/** `<<` is a `<` that begins no placeholder. */
const token = /<<|<[^<>]*>|<|[^<]+/gu;

/** Reads a template, or says what is wrong with it. Without `<tablename>` all names would be the same. */
export function parseTemplate(source: string): NameTemplate | TemplateError {
  const parts: TemplatePart[] = [];
  for (const { 0: read, index: offset } of source.matchAll(token)) {
    const part = partOf(read);
    if (part === null)
      return { offset, message: `there is no placeholder ${told(read)}; there are ${known}` };
    const last = parts.at(-1);
    // A doubled `<` breaks a text in two, which are one.
    if ("text" in part && last !== undefined && "text" in last) {
      parts.splice(-1, 1, { text: last.text + part.text });
    } else {
      parts.push(part);
    }
  }
  if (parts.some((part) => "placeholder" in part && part.placeholder === "tablename")) return parts;
  return { offset: source.length, message: "must hold <tablename>, or all names would be the same" };
}

/** A token as a part of a template, or null where it is a placeholder that there is not. */
function partOf(read: string): TemplatePart | null {
  if (read === "<<") return { text: "<" };
  if (!read.startsWith("<")) return { text: read };
  const placeholder = placeholders.find((each) => `<${each}>` === read);
  return placeholder === undefined ? null : { placeholder };
}

const told = (read: string): string => JSON.stringify(read.length > 40 ? `${read.slice(0, 40)}…` : read);

/** Writes a template so that it reads as the same one. */
export const printTemplate = (template: NameTemplate): string =>
  template
    .map((part) => ("text" in part ? part.text.replaceAll("<", "<<") : `<${part.placeholder}>`))
    .join("");

const maxLength = 200;

/** Cuts a text without leaving half of a character. */
const cut = (text: string): string => text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/u, "");

/** What a table is called whose name holds nothing that a name may hold. */
const nameless = "unnamed";

/** The name that a template gives a table: composed, without control characters, cut to 200, never empty. */
export function nameBy(template: NameTemplate, of: Readonly<Record<Placeholder, string>>): string {
  const name = template.map((part) => ("text" in part ? part.text : of[part.placeholder])).join("");
  const clean = name
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, " ")
    .trim();
  const fitting = cut(clean).trim();
  return fitting === "" ? nameless : fitting;
}
