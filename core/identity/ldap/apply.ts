import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { isAsWanted, type Wanted } from "#core/identity/ldap/plan.ts";
import { factsSteps, nothingSaid } from "#core/identity/refresh-facts.ts";
import type { Work } from "#core/jobs/work.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { User } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import { creationWrites } from "#core/people/users/user-writes.ts";
import type { Guard, Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { DataSourceStore, PeopleStore } from "#core/ports/store.ts";

/** What applying a plan needs from outside. */
export interface ApplyDeps {
  readonly store: Pick<PeopleStore, "person"> &
    Pick<PrincipalStore, "people"> &
    Pick<DataSourceStore, "guardOwners">;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Whose word is applied, and in which work; `done` tells what a commit brought. */
export interface Applying {
  readonly work: Work;
  readonly provider: IdentityProvider;
  readonly issuer: string;
  readonly at: Date;
  readonly checkpoint: (writes: readonly Write[]) => Promise<void>;
}

/** Claim, user, place, up to eight words, facts and audit record: so many fit beside a checkpoint into a transaction. */
const newcomersAtOnce = 7;

const identityOf = (issuer: string, { subject }: Pick<Wanted, "subject">): Guard => ({
  guard: "identity",
  issuer,
  subject,
});

/**
 * Makes users of those whom nobody knows yet, and gives everybody's user by subject. Who came in by a token of the issuer
 * already is the same person.
 */
export async function makeUsers(
  deps: ApplyDeps,
  applying: Applying,
  comes: readonly Wanted[],
): Promise<ReadonlyMap<string, string>> {
  const userOf = new Map<string, string>();
  for (let start = 0; start < comes.length; start += newcomersAtOnce) {
    const some = comes.slice(start, start + newcomersAtOnce);
    await retryConflict({ ifMatch: null }, async () => {
      const owners = await deps.store.guardOwners(some.map((one) => identityOf(applying.issuer, one)));
      const missing = some.filter((_, index) => !owners.has(index));
      for (const [index, owner] of owners) {
        const one = some[index];
        if (one !== undefined) userOf.set(one.subject, owner);
      }
      if (missing.length === 0) return;
      const made = missing.map((wanted) => ({ wanted, user: newUser(deps, wanted) }));
      await applying.checkpoint(
        made.flatMap(({ wanted, user }) => newcomerWrites(deps, applying, wanted, user)),
      );
      for (const { wanted, user } of made) userOf.set(wanted.subject, user.id);
    });
  }
  return userOf;
}

const newUser = ({ ids, clock }: ApplyDeps, { name, email }: Wanted): User => ({
  id: ids.next("user"),
  name,
  email,
  kind: "person",
  permissions: [],
  groups: [],
  attributes: {},
  externalUsernames: {},
  disabled: false,
  createdAt: clock.now().toISOString(),
  version: 1,
});

function newcomerWrites(
  { ids, clock }: ApplyDeps,
  { provider, issuer, at, work }: Applying,
  wanted: Wanted,
  user: User,
): readonly Write[] {
  const { subject } = wanted;
  const said = {
    ...nothingSaid({ providerId: provider.id, issuer, subject }, at),
    disabled: wanted.disabled,
    // What has no groups is whole at once.
    ...(wanted.groups.length === 0 ? { attributes: wanted.attributes } : {}),
  };
  return [
    { write: "claim", guard: identityOf(issuer, wanted), owner: user.id, otherwise: staleAside() },
    ...creationWrites(user),
    { write: "create", kind: "user-facts", record: { userId: user.id, providers: [said], version: 1 } },
    auditedSystem(ids, clock.now(), work.job.correlationId, {
      action: "user:create",
      resource: { type: "user", id: user.id },
      details: { after: { name: user.name, email: user.email, kind: user.kind }, providerId: provider.id },
    }),
  ];
}

/** What is to be said of somebody; null takes all back, and shuts them out. */
export interface Change {
  readonly userId: string;
  readonly wanted: Omit<Wanted, "name" | "email"> | null;
}

/** The next word of the provider on somebody. */
function nextFacts(
  { provider, issuer, at }: Applying,
  { wanted }: Change,
  before: ProviderFacts | undefined,
  idOf: (name: string) => string | undefined,
): ProviderFacts | null {
  if (wanted === null) {
    if (before === undefined) return null;
    return { ...before, groups: [], attributes: {}, disabled: true, refreshedAt: at.toISOString() };
  }
  return {
    providerId: provider.id,
    issuer,
    subject: wanted.subject,
    groups: wanted.groups.flatMap((name) => idOf(name) ?? []).toSorted(),
    attributes: wanted.attributes,
    disabled: wanted.disabled,
    refreshedAt: at.toISOString(),
    tokenIssuedAt: null,
  };
}

const itemsAtOnce = 90;

/** Says of each what the directory says, many in one transaction. Where somebody else wrote meanwhile it is looked again. */
export async function applyChanges(
  deps: ApplyDeps,
  applying: Applying,
  changes: readonly Change[],
  idOf: (name: string) => string | undefined,
): Promise<void> {
  const atOnce = 20;
  for (let start = 0; start < changes.length; start += atOnce) {
    applying.work.signal.throwIfAborted();
    const some = changes.slice(start, start + atOnce);
    await retryConflict({ ifMatch: null }, async () => {
      const people = await deps.store.people(some.map(({ userId }) => userId));
      await commitSteps(
        applying,
        some.flatMap((change) => {
          const person = people.get(change.userId);
          return person === undefined ? [] : stepsOf(deps, applying, change, person, idOf);
        }),
      );
    });
  }
}

async function commitSteps(applying: Applying, steps: readonly (readonly Write[])[]): Promise<void> {
  let batch: Write[] = [];
  for (const step of steps) {
    if (batch.length > 0 && batch.length + step.length > itemsAtOnce) {
      await applying.checkpoint(batch);
      batch = [];
    }
    // Two steps of one user change one item: the first has to stand before the second.
    const isSecond = step.some((write) => batch.some((other) => isSameFacts(write, other)));
    if (isSecond) {
      await applying.checkpoint(batch);
      batch = [];
    }
    // Several users come into one group: an item stands once in a transaction.
    batch.push(...step.filter((write) => !batch.some((other) => isSamePrincipal(write, other))));
  }
  if (batch.length > 0) await applying.checkpoint(batch);
}

const isSamePrincipal = (one: Write, other: Write): boolean =>
  one.write === "require-principal" &&
  other.write === "require-principal" &&
  one.principal.type === other.principal.type &&
  one.principal.id === other.principal.id;

const isSameFacts = (one: Write, other: Write): boolean =>
  one.write === "replace" &&
  other.write === "replace" &&
  one.kind === "user-facts" &&
  other.kind === "user-facts" &&
  one.record.userId === other.record.userId;

function stepsOf(
  { ids, clock }: ApplyDeps,
  applying: Applying,
  change: Change,
  { user, facts }: Pick<StoredPerson, "user" | "facts">,
  idOf: (name: string) => string | undefined,
): readonly (readonly Write[])[] {
  const { provider, work } = applying;
  const before = facts.providers.find(({ providerId }) => providerId === provider.id);
  const next = nextFacts(applying, change, before, idOf);
  if (next === null) return [];
  // A newcomer without groups was made with all that is said of them.
  if (before !== undefined && change.wanted !== null && isAsWanted(before, change.wanted, idOf)) return [];
  const steps = factsSteps(facts, next);
  return steps.map(({ writes }, index) =>
    index < steps.length - 1
      ? writes
      : [
          ...writes,
          auditedSystem(ids, clock.now(), work.job.correlationId, {
            action: "user:sync",
            resource: { type: "user", id: user.id },
            details: {
              providerId: provider.id,
              jobId: work.job.id,
              before: shown(before),
              after: shown(next),
            },
          }),
        ],
  );
}

const shown = (facts: ProviderFacts | undefined) =>
  facts === undefined
    ? null
    : { groups: facts.groups, attributes: facts.attributes, disabled: facts.disabled };
