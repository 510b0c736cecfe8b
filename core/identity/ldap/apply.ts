import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import type { Wanted } from "#core/identity/ldap/plan.ts";
import { factsOf, sayingSteps, type Change, type Speaker } from "#core/identity/ldap/say.ts";
import { transactionsOf } from "#core/identity/ldap/transactions.ts";
import { factsSteps } from "#core/identity/refresh-facts.ts";
import { noFacts } from "#core/people/user-facts.ts";
import type { User } from "#core/people/user.ts";
import { creationWrites } from "#core/people/users/user-writes.ts";
import type { Guard, Write } from "#core/ports/change.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { PrincipalStore } from "#core/ports/principal-store.ts";
import type { DataSourceStore } from "#core/ports/store.ts";

/** What applying a plan needs from outside. */
export interface ApplyDeps {
  readonly store: Pick<PrincipalStore, "people"> & Pick<DataSourceStore, "guardOwners">;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Whose word is applied. `commit` takes writes only while the work holds its job, and the provider is as it was read. */
export interface Applying extends Speaker {
  readonly commit: (writes: readonly Write[]) => Promise<void>;
  /** Told how many people more are done with. */
  readonly done: (people: number) => void;
}

/** Who is read at once: with what providers say of them each is two items of a read of a hundred. */
const peopleAtOnce = 45;

function* chunksOf<T>(list: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

async function commitAll(applying: Applying, steps: readonly (readonly Write[])[]): Promise<void> {
  for (const writes of transactionsOf(steps)) await applying.commit(writes);
}

/** Says of each what is to be said, many in one transaction. Where somebody else wrote meanwhile it is looked again. */
export async function applyChanges(
  deps: ApplyDeps,
  applying: Applying,
  changes: readonly Change[],
): Promise<void> {
  for (const some of chunksOf(changes, peopleAtOnce)) {
    await retryConflict({ ifMatch: null }, async () => {
      const people = await deps.store.people(some.map(({ userId }) => userId));
      const steps = some.flatMap((change) => {
        const person = people.get(change.userId);
        return person === undefined ? [] : sayingSteps(deps, applying, change, person);
      });
      await commitAll(applying, steps);
    });
    applying.done(some.length);
  }
}

const identityOf = (issuer: string, { subject }: Pick<Wanted, "subject">): Guard => ({
  guard: "identity",
  issuer,
  subject,
});

/**
 * Makes users of those of whom the provider has said nothing yet, with all that it says. Who came in by a token of the
 * issuer already is the same person.
 */
export async function applyNewcomers(
  deps: ApplyDeps,
  applying: Applying,
  comes: readonly Wanted[],
): Promise<void> {
  for (const some of chunksOf(comes, peopleAtOnce)) {
    const known = await retryConflict({ ifMatch: null }, () => makeUsers(deps, applying, some));
    await applyChanges(deps, { ...applying, done: () => undefined }, known);
    applying.done(some.length);
  }
}

/** Makes users of those whom nobody knows; gives what is left to say: of all others, and of who is in very many groups. */
async function makeUsers(
  deps: ApplyDeps,
  applying: Applying,
  some: readonly Wanted[],
): Promise<readonly Change[]> {
  const owners = await deps.store.guardOwners(some.map((one) => identityOf(applying.issuer, one)));
  const [steps, left]: [(readonly Write[])[], Change[]] = [[], []];
  for (const [index, wanted] of some.entries()) {
    const owner = owners.get(index);
    if (owner === undefined) {
      const { userId, writes, isWhole } = newcomer(deps, applying, wanted);
      steps.push(writes);
      if (!isWhole) left.push({ userId, says: wanted });
    } else {
      left.push({ userId: owner, says: wanted });
    }
  }
  await commitAll(applying, steps);
  return left;
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

/** So many groups, of two items each, fit into the transaction that makes a user; the others are said right after it. */
const groupsAtOnce = 30;

function newcomer(deps: ApplyDeps, applying: Applying, wanted: Wanted) {
  const { provider, issuer, job } = applying;
  const user = newUser(deps, wanted);
  const isWhole = wanted.groups.length <= groupsAtOnce;
  // What is not whole yet lets nobody be more than they are: attributes come with the last of the groups.
  const first = isWhole ? wanted : { ...wanted, groups: [], attributes: {} };
  const writes: readonly Write[] = [
    {
      write: "claim",
      guard: identityOf(issuer, wanted),
      owner: user.id,
      otherwise: staleAside(),
    },
    ...creationWrites(user),
    ...firstWord(user.id, factsOf(applying, first)),
    auditedSystem(deps.ids, deps.clock.now(), job.correlationId, {
      action: "user:create",
      resource: { type: "user", id: user.id },
      details: { after: { name: user.name, email: user.email, kind: user.kind }, providerId: provider.id },
    }),
  ];
  return { userId: user.id, writes, isWhole };
}

/** The facts of somebody who has none, with the lists of their groups. */
function firstWord(userId: string, facts: ReturnType<typeof factsOf>): readonly Write[] {
  return factsSteps(noFacts(userId), facts).flatMap(({ after, writes }): readonly Write[] => [
    { write: "create", kind: "user-facts", record: after },
    ...writes.filter(({ write }) => write !== "replace"),
  ]);
}
