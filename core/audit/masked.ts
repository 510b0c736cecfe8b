/** Names under which nothing is ever recorded as it is, whoever puts it there. */
const secretName =
  /(?:password|passphrase|secret|token|credential|private_?key|api_?key|authorization|cookie|hash)s?$/i;

/** Names that end so and hold no secret: where one lies, and when one was made. */
const plainName = /(?:ref|id|at)$/i;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function maskedValue(name: string, value: unknown): unknown {
  const told = value === null || typeof value === "boolean" || typeof value === "number";
  if (secretName.test(name) && !plainName.test(name) && !told) return "***";
  if (Array.isArray(value)) return value.map((one) => maskedValue("", one));
  return isObject(value) ? masked(value) : value;
}

/**
 * Details as they may be recorded. Use cases leave secrets out; what one forgets to leave out is masked here, by its
 * name, however deep it stands.
 */
export const masked = (details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [name, maskedValue(name, value)]));
