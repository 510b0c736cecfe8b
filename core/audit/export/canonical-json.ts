const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}

/** A value as JSON that is the same for the same value: the table gives the fields of an object in any order. */
export const canonicalJson = (value: unknown): string => JSON.stringify(ordered(value));
