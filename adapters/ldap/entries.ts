import type { LdapConfig } from "#core/identity/identity-provider.ts";
import { DirectoryReadError, type DirectoryGroup, type DirectoryUser } from "#core/ports/ldap-directory.ts";
import { comparedDn } from "./compared-dn.ts";

/** An entry as the client gives it: each attribute one value or several. */
export type RawEntry = Readonly<Record<string, Buffer | readonly Buffer[] | readonly string[] | string>> & {
  readonly dn: string;
};

/** In Active Directory the bit that says that an account is off (ADS_UF_ACCOUNTDISABLE). */
const accountDisabled = 2;

/** Values of an attribute, whose name ignores case (RFC 4512 §2.5). */
function raw(entry: RawEntry, attribute: string): readonly (Buffer | string)[] {
  const wanted = attribute.toLowerCase();
  const name = Object.keys(entry).find((one) => one !== "dn" && one.toLowerCase() === wanted);
  const value = name === undefined ? [] : (entry[name] ?? []);
  return typeof value === "string" || Buffer.isBuffer(value) ? [value] : value;
}

const hex = (value: Buffer | string): string => (typeof value === "string" ? value : value.toString("hex"));
const texts = (entry: RawEntry, attribute: string): readonly string[] => raw(entry, attribute).map(hex);
const text = (entry: RawEntry, attribute: string): string => texts(entry, attribute)[0] ?? "";

/** Attributes whose values are bytes, of those that name something: all others are text. */
const binaryAttributes = ["objectGUID", "objectSid", "mS-DS-ConsistencyGuid"];

/** Those of some attributes whose values are bytes, as they are spelled there and as servers spell them. */
export function binaryOf(attributes: readonly string[]): readonly string[] {
  const known = new Set(binaryAttributes.map((name) => name.toLowerCase()));
  const given = attributes.filter((name) => known.has(name.toLowerCase()));
  return [...new Set([...given, ...binaryAttributes])];
}

function demanded(entry: RawEntry, attribute: string): string {
  const value = text(entry, attribute);
  if (value !== "") return value;
  throw new DirectoryReadError(`an entry shows no ${attribute}: may the account that reads see it?`, false);
}

/** Whether an account is off. One that does not show it is not taken for one that is on. */
function isDisabled(entry: RawEntry, attribute: string | null): boolean {
  if (attribute === null) return false;
  const control = Number(demanded(entry, attribute));
  if (Number.isSafeInteger(control)) return (control & accountDisabled) !== 0;
  throw new DirectoryReadError(`${attribute} of an entry is no number`, false);
}

/** An entry as somebody. */
export function userOf(entry: RawEntry, { userAttributes, attributes, subjects }: LdapConfig): DirectoryUser {
  const { id, name, email, accountControl } = userAttributes;
  const subject = subjects === null ? "" : text(entry, subjects.attribute);
  return {
    kind: "user",
    dn: comparedDn(entry.dn),
    id: demanded(entry, id),
    subject: subject === "" ? null : subject,
    name: text(entry, name),
    email: text(entry, email),
    disabled: isDisabled(entry, accountControl),
    values: Object.fromEntries(Object.values(attributes).map((of) => [of, texts(entry, of)])),
  };
}

/** The attributes that a user is read for. */
export const userAttributesOf = ({ userAttributes, attributes, subjects }: LdapConfig): readonly string[] => {
  const { id, name, email, accountControl } = userAttributes;
  const optional = [accountControl, subjects?.attribute].filter((one) => typeof one === "string");
  return [...new Set([id, name, email, ...optional, ...Object.values(attributes)])];
};

/** An entry as a group; `members` where they were too many for one reply. */
export const groupOf = (
  entry: RawEntry,
  { groupAttributes: { id, name, member } }: LdapConfig,
  members: readonly string[] = texts(entry, member),
): DirectoryGroup => ({
  kind: "group",
  id: demanded(entry, id),
  name: text(entry, name),
  members: [...new Set(members.map(comparedDn))],
});

/** A part of an attribute's values, as Active Directory gives many: `member;range=0-1499`, and `-*` where it is the last. */
export interface Range {
  readonly values: readonly string[];
  /** The number of the next value; null where there is none. */
  readonly next: number | null;
}

/** The range of an attribute that an entry shows; null where it shows all values at once. */
export function rangeOf(entry: RawEntry, attribute: string): Range | null {
  const beginning = `${attribute.toLowerCase()};range=`;
  const name = Object.keys(entry).find((one) => {
    const lower = one.toLowerCase();
    return (
      lower.startsWith(beginning) &&
      /^\d+-(?:\d+|\*)$/.test(lower.slice(beginning.length)) &&
      texts(entry, one).length > 0
    );
  });
  if (name === undefined) return null;
  const end = name.slice(name.lastIndexOf("-") + 1);
  return { values: texts(entry, name), next: end === "*" ? null : Number(end) + 1 };
}
