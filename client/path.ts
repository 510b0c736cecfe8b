/** A request that cannot be written as a URL, found before anything is sent. */
export class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
}

/** The names in braces of a path template, in order. */
export const parameterNames = (template: string): readonly string[] =>
  [...template.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? "");

/** Fills `{name}` by percent-encoded values. */
export function fillPath(template: string, params: Readonly<Record<string, unknown>> = {}): string {
  return template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => segment(name, params[name]));
}

/** One path segment. What a URL cannot carry is refused: `.` and `..` vanish from paths even when they are encoded. */
function segment(name: string, value: unknown): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (text === "" || text === "." || text === ".." || !text.isWellFormed()) {
    throw new InvalidRequest(
      `The path parameter "${name}" must be text that a path can carry, not empty, "." or "..".`,
    );
  }
  return encodeURIComponent(text);
}

/** `?a=1&b=2&b=3`, or nothing. A list becomes a repeated field; undefined is left out. */
export function queryString(query: Readonly<Record<string, unknown>> = {}): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) fields.append(name, fieldText(name, one));
  }
  return fields.size === 0 ? "" : `?${fields.toString()}`;
}

function fieldText(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw new InvalidRequest(`The query field "${name}" must be text, a number, a boolean or a list of these.`);
}
