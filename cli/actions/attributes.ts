import { attributeBody, attributeName } from "#contracts/resources/attributes.ts";
import { parsePair } from "../input/assignments.ts";
import { checked } from "../input/check.ts";

/** What is to become of somebody's attributes. */
export interface AttributeChanges {
  readonly unset?: readonly string[];
}

/** `name=value` as it was typed, each name with all of its values, or a usage error before anything is sent. */
export function attributeBodies(assignments: readonly string[]) {
  const pairs = assignments.map((pair) => parsePair(pair, "attributes"));
  return [...Map.groupBy(pairs, ([name]) => name)].map(([name, of]) => {
    checked(attributeName, name);
    const body = attributeBody.parse(checked(attributeBody, { values: of.map(([, value]) => value) }));
    return { name, body };
  });
}
