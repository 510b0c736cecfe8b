import { maxAttributeBytes } from "#contracts/resources/attributes.ts";
import { givenName } from "#contracts/resources/fields.ts";
import type { ClaimMapping } from "#core/identity/identity-provider.ts";
import { foldName } from "#core/names/fold.ts";
import { matchesGlob } from "#core/names/glob.ts";
import type { Attributes } from "#core/people/user.ts";

/** So many groups are taken of one token, and so many values of one attribute. */
export const maxTokenGroups = 200;
const maxValues = 200;
/** In UTF-16 units; a token as a whole is bounded by what carries it. */
const longestValue = 1000;

/** What a token says of somebody, as Reeve has it. */
export interface MappedClaims {
  /** Names of groups, each once ignoring case, in order. */
  readonly groups: readonly string[];
  /** How many groups more the provider lets through. */
  readonly leftOut: number;
  readonly attributes: Attributes;
}

type Claims = Readonly<Record<string, unknown>>;

const own = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;

/** A claim by its name or, where there is none, by a path of names: Keycloak puts roles below `realm_access.roles`. */
export function claimOf(claims: Claims, name: string): unknown {
  const whole = own(claims, name);
  return whole === undefined && name.includes(".") ? name.split(".").reduce<unknown>(own, claims) : whole;
}

/** Texts of a claim that is one, or a list; numbers and booleans as they are written. What is nothing of this is left out. */
const textsOf = (claim: unknown): readonly string[] =>
  [claim]
    .flat()
    .filter((one) => ["string", "number", "boolean"].includes(typeof one))
    .map(String)
    .filter((text) => text !== "" && text.length <= longestValue && text.isWellFormed());

function groupsOf(claims: Claims, { groupsClaim, groups: globs }: ClaimMapping): readonly string[] {
  if (groupsClaim === null) return [];
  const names = new Map<string, string>();
  for (const text of textsOf(claimOf(claims, groupsClaim))) {
    const name = givenName.safeParse(text);
    if (!name.success) continue;
    const folded = foldName(name.data);
    const isTaken = globs === null || globs.some((glob) => matchesGlob(foldName(glob), folded));
    if (isTaken && !names.has(folded)) names.set(folded, name.data);
  }
  return [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}

/** In the order of their names, as far as there is room for them: one that does not fit is left out as a whole. */
function attributesOf(claims: Claims, { attributes }: ClaimMapping): Attributes {
  const mapped: [string, readonly string[]][] = [];
  let bytes = 0;
  for (const [name, claim] of Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const values = [...new Set(textsOf(claimOf(claims, claim)))].toSorted().slice(0, maxValues);
    const size = new TextEncoder().encode(JSON.stringify([name, values])).byteLength;
    if (values.length === 0 || bytes + size > maxAttributeBytes) continue;
    bytes += size;
    mapped.push([name, values]);
  }
  return Object.fromEntries(mapped);
}

/** Maps the claims of a token that was proven. Whatever they are, it fails at nothing: what does not fit is left out. */
export function mapClaims(claims: Claims, mapping: ClaimMapping): MappedClaims {
  const groups = groupsOf(claims, mapping);
  return {
    groups: groups.slice(0, maxTokenGroups),
    leftOut: Math.max(0, groups.length - maxTokenGroups),
    attributes: attributesOf(claims, mapping),
  };
}

const names = ["name", "preferred_username", "cognito:username", "username", "email"];

/** What somebody is called, as far as a token tells: at last by their subject. */
export function nameIn(claims: Claims, subject: string): string {
  for (const claim of names) {
    const name = givenName.safeParse(own(claims, claim));
    if (name.success) return name.data;
  }
  return givenName.safeParse(subject.slice(0, 200)).data ?? "Somebody";
}

/** Their e-mail address, as far as a token tells: it is shown, and proves nothing. */
export function emailIn(claims: Claims): string {
  const email = own(claims, "email");
  if (typeof email !== "string" || email.length > 320) return "";
  return /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u.test(email) ? email : "";
}
