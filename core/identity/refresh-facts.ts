import { systemActor } from "#core/audit/record.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import type { ProviderFacts, UserFacts } from "#core/people/user-facts.ts";
import type { Write } from "#core/ports/change.ts";

/** Each group takes two items of a transaction, which takes a hundred. */
const groupsAtOnce = 40;

/** One transaction of a change of what a provider says of somebody: the lists of its groups change with it. */
export interface FactsStep {
  readonly after: UserFacts;
  readonly writes: readonly Write[];
}

const member = (userId: string, { providerId }: ProviderFacts, groupId: string, addedAt: string) => ({
  kind: "group-member" as const,
  record: { groupId, userId, providerId, addedBy: systemActor, addedAt },
});

/** A group that is gone by now makes the change a stale read. */
const added = (userId: string, facts: ProviderFacts, groupId: string): readonly Write[] => [
  { write: "require-principal", principal: { type: "group", id: groupId }, otherwise: staleAside() },
  { write: "put", ...member(userId, facts, groupId, facts.refreshedAt) },
];

/**
 * The transactions that bring what a provider says of somebody to `next`, in order. Where there are more groups than one
 * takes, each leaves facts and lists in step, and only the last says all that is new: if work breaks off, it is done again.
 */
export function factsSteps(before: UserFacts, next: ProviderFacts): readonly FactsStep[] {
  const { userId } = before;
  const known = before.providers.find(({ providerId }) => providerId === next.providerId);
  const had = known?.groups ?? [];
  const lost = had.filter((id) => !next.groups.includes(id));
  const gained = next.groups.filter((id) => !had.includes(id));
  const changes = [...lost.map((id) => ({ id, isIn: false })), ...gained.map((id) => ({ id, isIn: true }))];
  const steps: FactsStep[] = [];
  let current = before;
  let groups: readonly string[] = had;
  for (let start = 0; start === 0 || start < changes.length; start += groupsAtOnce) {
    const some = changes.slice(start, start + groupsAtOnce);
    const isLast = start + groupsAtOnce >= changes.length;
    const out = new Set(some.filter(({ isIn }) => !isIn).map(({ id }) => id));
    groups = [...groups.filter((id) => !out.has(id)), ...some.filter(({ isIn }) => isIn).map(({ id }) => id)];
    const meanwhile = known ?? nothingSaid(next, new Date(next.refreshedAt));
    // Who is out is out with the first step.
    const entry = isLast ? next : { ...meanwhile, groups, disabled: meanwhile.disabled || next.disabled };
    const after = withEntry(current, entry);
    const writes: readonly Write[] = [
      {
        write: "replace",
        kind: "user-facts",
        record: after,
        expected: current.version,
        otherwise: staleAside(),
      },
      ...some.flatMap(({ id, isIn }): readonly Write[] =>
        isIn ? added(userId, next, id) : [{ write: "remove", ...member(userId, next, id, "") }],
      ),
    ];
    steps.push({ after, writes });
    current = after;
  }
  return steps;
}

/** Nothing is said of somebody yet but who they are. */
export const nothingSaid = (
  { providerId, issuer, subject }: Pick<ProviderFacts, "providerId" | "issuer" | "subject">,
  at: Date,
): ProviderFacts => ({
  providerId,
  issuer,
  subject,
  groups: [],
  attributes: {},
  disabled: false,
  refreshedAt: at.toISOString(),
  tokenIssuedAt: null,
});

const withEntry = (facts: UserFacts, entry: ProviderFacts): UserFacts => ({
  ...facts,
  providers: [...facts.providers.filter(({ providerId }) => providerId !== entry.providerId), entry],
  version: facts.version + 1,
});
