import type { Principal } from "#core/connections/connection.ts";
import { principalWordsOf } from "#core/people/principal-directory.ts";
import { finding, type Finding } from "./finding.ts";
import type { GroupCensus } from "./group-census.ts";

const memberText = (groupId: string, userId: string, providerId: string | null): string =>
  JSON.stringify([groupId, userId, providerId]);

/** Who is in a group as its members' records have it; groups that are gone may still be named there. */
function* dueMembers({
  groups,
  users,
  facts,
}: GroupCensus): Iterable<readonly [string, string, string | null]> {
  for (const [userId, { groups: own }] of users) {
    for (const groupId of own) if (groups.has(groupId)) yield [groupId, userId, null];
    for (const { providerId, groups: theirs } of facts.get(userId) ?? []) {
      for (const groupId of theirs) if (groups.has(groupId)) yield [groupId, userId, providerId];
    }
  }
}

/** A group lists those who are in it, and nobody else. */
function* members(census: GroupCensus): Iterable<Finding> {
  const listed = new Set(
    census.members.map(({ groupId, userId, providerId }) => memberText(groupId, userId, providerId)),
  );
  const due = new Set<string>();
  for (const [groupId, userId, providerId] of dueMembers(census)) {
    const text = memberText(groupId, userId, providerId);
    due.add(text);
    if (!listed.has(text)) yield finding("group-lists-its-members", groupId, `it does not list ${userId}`);
  }
  for (const { groupId, userId, providerId } of census.members) {
    if (due.has(memberText(groupId, userId, providerId))) continue;
    const both: readonly Principal[] = [
      { type: "group", id: groupId },
      { type: "user", id: userId },
    ];
    // Of what is being removed the lists are the last to know.
    if (both.some((of) => census.nameOf(of) === undefined && !census.isLost(of))) continue;
    yield finding("group-lists-its-members", groupId, `it lists ${userId}, who is not in it`);
  }
}

/** Users and groups are found by the words of their names, and nobody else is. */
function* words(census: GroupCensus): Iterable<Finding> {
  const found = new Set<string>();
  for (const { word, principal, name } of census.words) {
    found.add(JSON.stringify([principal.id, word]));
    const now = census.nameOf(principal);
    if (now === name && principalWordsOf(name).includes(word)) continue;
    yield finding("principal-is-found", principal.id, `${word} finds it as ${JSON.stringify(name)}`);
  }
  for (const [id, { name }] of [...census.users, ...census.groups]) {
    for (const word of principalWordsOf(name)) {
      if (found.has(JSON.stringify([id, word]))) continue;
      yield finding("principal-is-found", id, `${word} does not find it`);
    }
  }
}

/** Whoever is given a role, or owns something, is there. */
function* roles(census: GroupCensus): Iterable<Finding> {
  for (const [text, by] of census.named) {
    const colon = text.indexOf(":");
    const type = text.slice(0, colon) === "user" ? "user" : "group";
    if (!census.isLost({ type, id: text.slice(colon + 1) })) continue;
    yield finding("principal-is-there", by, `it names ${text}, which is gone`);
  }
}

/** Groups, their members, and whoever is found or given anything. */
export function* groupInvariants(census: GroupCensus): Iterable<Finding> {
  yield* members(census);
  yield* words(census);
  yield* roles(census);
}
