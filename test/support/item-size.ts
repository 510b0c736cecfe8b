const bytesOf = (text: string): number => Buffer.byteLength(text, "utf8");

/** A number takes a byte for every two of its significant digits, one for the exponent, and one for its sign. */
function numberSize(value: number): number {
  const digits = Math.abs(value)
    .toString()
    .replace(/e.*$/, "")
    .replace(".", "")
    .replaceAll(/^0+|0+$/g, "");
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
}

/** The size of one attribute's value, as DynamoDB counts it. */
function valueSize(value: unknown): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "string") return bytesOf(value);
  if (typeof value === "number") return numberSize(value);
  if (value instanceof Uint8Array) return value.length;
  const parts = Array.isArray(value)
    ? value.map((part) => valueSize(part) + 1)
    : Object.entries(value as object).map(([name, part]) => bytesOf(name) + valueSize(part) + 1);
  return parts.reduce((sum, size) => sum + size, 3);
}

/**
 * The size of an item as DynamoDB counts it for its limit and for capacity: names and values of its attributes
 * (Developer Guide, "DynamoDB item sizes and formats"). What it adds for storage alone is left out.
 */
export const itemSize = (item: Readonly<Record<string, unknown>>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytesOf(name) + valueSize(value), 0);

/** Read units for so many bytes that are rounded up together: 4 KB each, half as much where a read may lag. */
export const readUnits = (bytes: number, consistency: "strong" | "eventual"): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistency === "strong" ? 1 : 0.5);

/** Write units for one item: 1 KB each. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
