import { givenName } from "#contracts/resources/fields.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { LdapConfig } from "#core/identity/identity-provider.ts";
import { emailIn, mapClaims, nameIn } from "#core/identity/map-claims.ts";
import { foldName } from "#core/names/fold.ts";
import type { Attributes } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import type { DirectoryGroup, DirectoryUser } from "#core/ports/ldap-directory.ts";

/** All that a directory holds. */
export interface DirectoryContent {
  readonly users: readonly DirectoryUser[];
  readonly groups: readonly DirectoryGroup[];
}

/** Somebody as the directory has them, in Reeve's words. */
export interface Wanted {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly disabled: boolean;
  readonly attributes: Attributes;
  /** Names of groups, each once, in order. */
  readonly groups: readonly string[];
}

/** What a directory says, as far as Reeve takes it. */
export interface WantedPeople {
  readonly people: readonly Wanted[];
  /** Names of groups that are taken, whether or not anybody is in them. */
  readonly groups: readonly string[];
  readonly warnings: readonly string[];
}

/** Two entries are the same person: which one is meant nobody can tell, so that nothing is done. */
export class AmbiguousDirectoryError extends Error {}

/** What the entries of a directory mean. The order in which they come changes nothing. */
export function wantedOf(
  { users, groups }: DirectoryContent,
  config: Pick<LdapConfig, "attributes" | "subjects">,
  directory: Pick<AccessDirectory, "groupNamed">,
  providerId: string,
): WantedPeople {
  const warnings: string[] = [];
  const taken = takenGroups(groups, directory, providerId, warnings);
  const groupsOf = namesByMember(taken);
  const people = new Map<string, Wanted>();
  for (const user of users) {
    const subject = config.subjects === null ? user.id : user.subject;
    if (subject === null) {
      warnings.push(`user ${user.id}: has no ${config.subjects?.attribute ?? "id"}, and is passed over`);
      continue;
    }
    if (people.has(subject))
      throw new AmbiguousDirectoryError("Two entries of the directory are one person.");
    people.set(subject, wanted(user, subject, config, groupsOf(user.dn)));
  }
  return {
    people: [...people.values()].toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    groups: taken.map(({ name }) => name).toSorted(),
    warnings: warnings.toSorted(),
  };
}

/** Tells in which groups somebody is, by their distinguished name: each once, in order. */
function namesByMember(groups: readonly DirectoryGroup[]): (dn: string) => readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, members } of groups) {
    for (const dn of members) names.set(dn, (names.get(dn) ?? new Set()).add(name));
  }
  return (dn) => [...(names.get(dn) ?? [])].toSorted();
}

const wanted = (
  { name, email, disabled, values }: DirectoryUser,
  subject: string,
  { attributes }: Pick<LdapConfig, "attributes">,
  groups: readonly string[],
): Wanted => ({
  subject,
  name: nameIn({ name }, subject),
  email: emailIn({ email }),
  disabled,
  attributes: mapClaims(values, { attributes, groupsClaim: null, groups: null }).attributes,
  groups,
});

/** Groups under names that are nobody else's. A name that several entries bear is none's: joining them would give rights. */
function takenGroups(
  groups: readonly DirectoryGroup[],
  directory: Pick<AccessDirectory, "groupNamed">,
  providerId: string,
  warnings: string[],
): readonly DirectoryGroup[] {
  const bearers = Map.groupBy(groups, ({ name }) => foldName(name.trim()));
  return [...bearers.values()].flatMap((same): readonly DirectoryGroup[] => {
    const [group] = same;
    if (group === undefined) return [];
    const shown = JSON.stringify(group.name.slice(0, 200));
    const name = givenName.safeParse(group.name);
    if (!name.success) {
      warnings.push(`group ${shown}: cannot be a name in Reeve, and is passed over`);
      return [];
    }
    if (same.length > 1) {
      warnings.push(`group ${foldName(shown)}: ${same.length} entries bear this name, and are passed over`);
      return [];
    }
    const known = directory.groupNamed(name.data);
    if (known !== undefined && known.providerId !== providerId) {
      warnings.push(`group ${shown}: another group bears this name, and it is passed over`);
      return [];
    }
    return [{ ...group, name: known?.name ?? name.data }];
  });
}

/** A user of whom the provider has said something. */
export interface Known {
  readonly userId: string;
  readonly facts: ProviderFacts;
}

/** What is to be done. */
export interface Plan {
  /** Of whom the provider has said nothing yet. */
  readonly comes: readonly Wanted[];
  readonly changes: readonly { readonly userId: string; readonly wanted: Wanted }[];
  /** Users whom the directory does not have any more, and of whom it says something yet. */
  readonly goes: readonly Known[];
  /** How many people of the provider can come in. */
  readonly standing: number;
  /** How many people the directory has. */
  readonly read: number;
  readonly unchanged: number;
}

/** Whether the provider lets somebody in. */
export const isIn = ({ facts }: Known): boolean => !facts.disabled;

const isGone = ({ disabled, groups, attributes }: ProviderFacts): boolean =>
  disabled && groups.length === 0 && Object.keys(attributes).length === 0;

const sorted = (list: readonly string[]): readonly string[] => list.toSorted();

/** Whether the provider says nothing else than before, and found them then. `idOf` gives a group's id by its name. */
export const isAsWanted = (
  facts: ProviderFacts,
  wanted: Pick<Wanted, "disabled" | "attributes" | "groups">,
  idOf: (name: string) => string | undefined,
): boolean =>
  facts.missingSince === undefined &&
  facts.disabled === wanted.disabled &&
  isSameValue(facts.attributes, wanted.attributes) &&
  isSameValue(sorted(facts.groups), sorted(wanted.groups.flatMap((name) => idOf(name) ?? [])));

/** Who comes, who changes and who goes. People are told apart by issuer and subject, and by nothing else. */
export function planSync(
  people: readonly Wanted[],
  issuer: string,
  known: readonly Known[],
  idOf: (name: string) => string | undefined,
): Plan {
  const bySubject = new Map(
    known.filter(({ facts }) => facts.issuer === issuer).map((one) => [one.facts.subject, one]),
  );
  const seen = new Set<string>();
  const [comes, changes]: [Wanted[], { userId: string; wanted: Wanted }[]] = [[], []];
  let unchanged = 0;
  for (const wanted of people) {
    const before = bySubject.get(wanted.subject);
    if (before === undefined) {
      comes.push(wanted);
      continue;
    }
    seen.add(before.userId);
    if (isAsWanted(before.facts, wanted, idOf)) unchanged += 1;
    else changes.push({ userId: before.userId, wanted });
  }
  return {
    comes,
    // Who is out is out first, whatever comes after.
    changes: changes.toSorted((a, b) => Number(b.wanted.disabled) - Number(a.wanted.disabled)),
    goes: known.filter(({ userId, facts }) => !seen.has(userId) && !isGone(facts)),
    standing: known.filter(isIn).length,
    read: people.length,
    unchanged,
  };
}
