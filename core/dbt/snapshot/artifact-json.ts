/**
 * Reading of what artifacts hold. Fields come and go inside one version, so nothing is demanded: what is missing, null
 * or of another type than it should be counts as not told.
 */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

/** The fields of an object; none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : none;

/** A text, or a number as one; empty where there is neither. Halves of characters are replaced: nothing could store them. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "number" ? String(value) : "";
}

/** A text that says something, or null. */
export const wordOf = (value: unknown): string | null => {
  const text = textOf(value);
  return text.trim() === "" ? null : text;
};

/** The texts of a list, or one text as a list of it. */
export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(textOf).filter((text) => text !== "");

/** What is said first. */
export const firstWord = (...values: readonly unknown[]): string | null => {
  for (const value of values) {
    const word = wordOf(value);
    if (word !== null) return word;
  }
  return null;
};
