/** What moves the cursor, rings, hides or reorders text: C0, C1, DEL, and the marks of writing direction. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const dangerous = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapes: Readonly<Record<string, string>> = {
  "\n": String.raw`\n`,
  "\r": String.raw`\r`,
  "\t": String.raw`\t`,
};

const escaped = (character: string): string =>
  escapes[character] ?? String.raw`\u` + (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");

/** Text in one line that can do nothing to a terminal: names in a remote database may hold anything. */
export const oneLine = (text: string): string => text.replaceAll(dangerous, escaped);

/** The same, but lines stay lines. */
export const severalLines = (text: string): string => text.split("\n").map(oneLine).join("\n");

/** A field of tab-separated values: what would end it, and the backslash itself, are escaped. */
export const tsvField = (text: string): string => oneLine(text.replaceAll("\\", "\\\\"));

/** JSON in which nothing but its own line breaks is a control character; it parses to the same value. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).split("\n").map(oneLine).join("\n");
