import { groupNameGuard } from "#core/people/groups/group-rules.ts";
import { requestGuard } from "#core/access-requests/access-request.ts";
import type { Guard } from "#core/ports/change.ts";
import { dataSourceNameGuard, relationGuard } from "#core/sources/guards.ts";
import { tagGuard } from "#core/tags/tag.ts";
import type { Census } from "./census.ts";
import { guardText } from "./guard-text.ts";
import { finding, type Finding } from "./finding.ts";

/** Who somebody is inside remote databases is theirs alone. */
function* dueUsernames({ people }: Census): Iterable<readonly [Guard, string]> {
  for (const [id, { externalUsernames }] of people.users) {
    for (const [technology, name] of Object.entries(externalUsernames)) {
      yield [{ guard: "external-username", technology, name }, id];
    }
  }
}

/** Every guard that must be held, and by whom. What is deleted holds none. */
function* dueGuards(census: Census): Iterable<readonly [Guard, string]> {
  for (const [id, { name }] of census.connections) yield [{ guard: "connection-name", name }, id];
  for (const [id, issuer] of census.issuers) yield [{ guard: "issuer", issuer }, id];
  for (const [id, { name }] of census.groups.groups) yield [groupNameGuard(name), id];
  for (const [userId, providers] of census.groups.facts) {
    for (const { issuer, subject } of providers) yield [{ guard: "identity", issuer, subject }, userId];
  }
  yield* dueUsernames(census);
  for (const [id, tag] of census.tags) yield [tagGuard(tag), id];
  for (const [id, { name, place, remote, deletedAt }] of census.dataSources) {
    if (deletedAt !== null) continue;
    yield [dataSourceNameGuard(name), id];
    yield [relationGuard(place, remote), id];
  }
  yield* pendingGuards(census);
}

/** What is pending holds the place of whoever asked; what is decided holds none. */
function* pendingGuards({ accessRequests }: Census): Iterable<readonly [Guard, string]> {
  for (const [id, request] of accessRequests) {
    if (request.state === "pending") yield [requestGuard(request), id];
  }
}

/** A name or a relation is held by the record that bears it, and by no other. */
export function* guardInvariants(census: Census): Iterable<Finding> {
  const due = new Map<string, string>();
  for (const [guard, owner] of dueGuards(census)) {
    const text = guardText(guard);
    due.set(text, owner);
    const holder = census.guards.get(text);
    if (holder === owner) continue;
    yield finding(
      "record-holds-its-guard",
      owner,
      holder === undefined ? `nobody holds ${text}` : `${holder} holds ${text}`,
    );
  }
  for (const [text, holder] of census.guards) {
    if (due.get(text) === holder) continue;
    yield finding("guard-has-its-record", text, `is held by ${holder} for nothing`);
  }
}
