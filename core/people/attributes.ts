import { maxAttributeBytes, maxAttributes } from "#contracts/resources/attributes.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { foldName } from "#core/names/fold.ts";
import type { Attributes } from "#core/people/user.ts";

const bytesOf = (attributes: Attributes): number =>
  new TextEncoder().encode(JSON.stringify(attributes)).byteLength;

const others = (attributes: Attributes, name: string) =>
  Object.entries(attributes).filter(([of]) => foldName(of) !== foldName(name));

/**
 * The attributes with these values for one of them, each value once; the very same where they are so already. An attribute
 * of the name in another spelling is this one. More of them than anybody may have, or more of their text, is refused as
 * `too-many-attributes`.
 */
export function withAttribute(attributes: Attributes, name: string, values: readonly string[]): Attributes {
  const rest = others(attributes, name);
  const given = [...new Set(values)];
  if (Object.hasOwn(attributes, name) && isSameValue(attributes[name], given)) return attributes;
  const after = Object.fromEntries([...rest, [name, given]]);
  if (rest.length >= maxAttributes || bytesOf(after) > maxAttributeBytes) {
    throw new DomainError(
      "too-many-attributes",
      `There may be ${maxAttributes} attributes, and ${maxAttributeBytes} bytes of them as JSON.`,
    );
  }
  return after;
}

/** All attributes of somebody new, held to the same bounds; of two spellings of a name the later one counts. */
export const newAttributes = (given: Attributes): Attributes =>
  Object.entries(given).reduce<Attributes>((all, [name, values]) => withAttribute(all, name, values), {});

/** The values of a name, however it was written; null where there are none. */
export const valuesOf = (attributes: Attributes, name: string): readonly string[] | null =>
  Object.entries(attributes).find(([each]) => foldName(each) === foldName(name))?.[1] ?? null;

/** The attributes without one of them, any spelling; the very same where there is none of this name. */
export function withoutAttribute(attributes: Attributes, name: string): Attributes {
  const rest = others(attributes, name);
  return rest.length === Object.keys(attributes).length ? attributes : Object.fromEntries(rest);
}

/** Attributes in the order of their names: the table keeps none. */
export const inOrder = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
