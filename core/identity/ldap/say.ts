import { auditedSystem } from "#core/audit/record.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { isAsWanted, type Wanted } from "#core/identity/ldap/plan.ts";
import { factsSteps } from "#core/identity/refresh-facts.ts";
import type { Job } from "#core/jobs/job.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import type { Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";

/** Whose word it is, and of when. */
export interface Speaker {
  readonly job: Pick<Job, "id" | "correlationId">;
  readonly provider: IdentityProvider;
  readonly issuer: string;
  /** When the directory began to be read. */
  readonly at: Date;
  /** The id of a group of the provider's by its name. */
  readonly idOf: (name: string) => string | undefined;
}

/** What is to be said of somebody: what the directory says; that they are gone, and out; or that they wait to be let go. */
export type Change = { readonly userId: string } & (
  | { readonly says: Wanted }
  | { readonly says: "gone" | "missing" }
);

/** The first word on somebody. */
export const factsOf = (
  { provider, issuer, at, idOf }: Speaker,
  { subject, groups, attributes, disabled }: Wanted,
): ProviderFacts => ({
  providerId: provider.id,
  issuer,
  subject,
  groups: groups.flatMap((name) => idOf(name) ?? []).toSorted(),
  attributes,
  disabled,
  refreshedAt: at.toISOString(),
  tokenIssuedAt: null,
});

/** The next word of the provider on somebody; null where it says nothing new. */
function nextFacts(
  speaker: Speaker,
  { says }: Change,
  before: ProviderFacts | undefined,
): ProviderFacts | null {
  const at = speaker.at.toISOString();
  if (says === "gone") {
    if (before === undefined) return null;
    const { missingSince: _, ...rest } = before;
    return { ...rest, groups: [], attributes: {}, disabled: true, refreshedAt: at };
  }
  if (says === "missing") {
    if (before === undefined || before.missingSince !== undefined) return null;
    // No sync refreshes them from here on: it stands for as long as the last one that found them lets it.
    const refreshedAt = [before.refreshedAt, speaker.provider.syncedAt ?? ""].toSorted().at(-1) ?? "";
    return { ...before, refreshedAt, missingSince: at };
  }
  if (before !== undefined && isAsWanted(before, says, speaker.idOf)) return null;
  return factsOf(speaker, says);
}

/** The transactions that say of somebody what is to be said, in order, with its audit record in the last. */
export function sayingSteps(
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
  speaker: Speaker,
  change: Change,
  { user, facts }: Pick<StoredPerson, "user" | "facts">,
): readonly (readonly Write[])[] {
  const { provider, job } = speaker;
  const before = facts.providers.find(({ providerId }) => providerId === provider.id);
  const next = nextFacts(speaker, change, before);
  if (next === null) return [];
  const steps = factsSteps(facts, next).map(({ writes }) => writes);
  const record = auditedSystem(ids, clock.now(), job.correlationId, {
    action: "user:sync",
    resource: { type: "user", id: user.id },
    details: { providerId: provider.id, jobId: job.id, before: shown(before), after: shown(next) },
  });
  return [...steps.slice(0, -1), [...(steps.at(-1) ?? []), record]];
}

function shown(facts: ProviderFacts | undefined) {
  if (facts === undefined) return null;
  const { groups, attributes, disabled, missingSince } = facts;
  return { groups, attributes, disabled, ...(missingSince === undefined ? {} : { missingSince }) };
}
