import type { Principal } from "#core/connections/connection.ts";
import { isFinished, type Job } from "#core/jobs/job.ts";
import { principalText } from "#core/people/caller.ts";
import type { GroupMember } from "#core/people/group.ts";
import type { PrincipalWord } from "#core/people/principal-directory.ts";
import { removalInput } from "#core/people/removal/removal-job.ts";
import type { User } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import type { Fact } from "#core/ports/table-facts.ts";

type Identity = Pick<ProviderFacts, "providerId" | "issuer" | "subject" | "groups">;

/** Whom a removal that is not finished is about. */
function removedBy({ type, state, input }: Job): Principal | null {
  if (type !== "principal-removal" || isFinished(state)) return null;
  return removalInput.parse(input).principal;
}

/** What the invariants need to know of groups, who is in them, by which words people are found, and who is given anything. */
export class GroupCensus {
  readonly users = new Map<string, Pick<User, "name" | "groups">>();
  readonly groups = new Map<string, { readonly name: string }>();
  readonly facts = new Map<string, readonly Identity[]>();
  readonly members: GroupMember[] = [];
  readonly words: PrincipalWord[] = [];
  /** Principals that something names, and one thing that does. */
  readonly named = new Map<string, string>();
  /** Those who are being taken away. */
  readonly removed = new Set<string>();

  private readonly see: { readonly [K in Fact["kind"]]?: (fact: Extract<Fact, { kind: K }>) => void } = {
    user: ({ record: { id, name, groups } }) => this.users.set(id, { name, groups }),
    group: ({ record: { id, name } }) => this.groups.set(id, { name }),
    "group-member": ({ record }) => this.members.push(record),
    "principal-word": ({ record }) => this.words.push(record),
    "user-facts": ({ record: { userId, providers } }) =>
      this.facts.set(
        userId,
        providers.map(({ providerId, issuer, subject, groups }) => ({ providerId, issuer, subject, groups })),
      ),
    "data-source-member": ({ record }) => this.name(record.principal, record.dataSourceId),
    "group-roles": ({ record: { dataSourceId, members } }) => {
      for (const { principal } of members) this.name(principal, dataSourceId);
    },
    "connection-member": ({ record }) => this.name(record.principal, record.connectionId),
    connection: ({ record: { id, groupMembers } }) => {
      for (const { principal } of groupMembers) this.name(principal, id);
    },
    integration: ({ record: { id, owners } }) => {
      for (const owner of owners) this.name(owner, id);
    },
    job: ({ record }) => {
      const removed = removedBy(record);
      if (removed !== null) this.removed.add(principalText(removed));
    },
  };

  /** Takes one thing in. */
  count(fact: Fact): void {
    // Each entry takes the facts of its own kind, which the compiler cannot follow through a lookup.
    const see = this.see[fact.kind] as ((fact: Fact) => void) | undefined;
    see?.(fact);
  }

  /** What a user or group is called; undefined where they are gone. */
  nameOf({ type, id }: Principal): string | undefined {
    return (type === "user" ? this.users : this.groups).get(id)?.name;
  }

  /** Whether somebody is gone, and nothing is about to take away what is left of them. */
  isLost(principal: Principal): boolean {
    return this.nameOf(principal) === undefined && !this.removed.has(principalText(principal));
  }

  private name(principal: Principal, by: string): void {
    const text = principalText(principal);
    if (!this.named.has(text)) this.named.set(text, by);
  }
}
