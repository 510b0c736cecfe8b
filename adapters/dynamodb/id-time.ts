import { decodeTime, isValid } from "ulid";

/** When an id was made, in milliseconds; null where it was not made by a clock. */
export function idTime(id: string): number | null {
  const text = id.slice(id.indexOf("_") + 1);
  return isValid(text) ? decodeTime(text) : null;
}
