import { audited, auditedSystem } from "#core/audit/record.ts";
import { isSameValue } from "#core/call/same-value.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { OidcProvider } from "#core/identity/identity-provider.ts";
import { emailIn, mapClaims, nameIn } from "#core/identity/map-claims.ts";
import { groupsNamed } from "#core/identity/provider-groups.ts";
import { factsSteps, nothingSaid } from "#core/identity/refresh-facts.ts";
import type { TokenDeps } from "#core/identity/token-deps.ts";
import { callerOf, isOut, type StoredPerson } from "#core/people/caller.ts";
import type { User } from "#core/people/user.ts";
import type { ProviderFacts } from "#core/people/user-facts.ts";
import { changeWrites, creationWrites } from "#core/people/users/user-writes.ts";
import type { VerifiedToken } from "#core/ports/access-tokens.ts";
import type { Write } from "#core/ports/change.ts";

const tries = 5;

/** A token that was proven, and how it came. */
export interface ProvenToken {
  readonly provider: OidcProvider;
  readonly token: VerifiedToken;
  /** Signing in to the console is recorded each time; that a token was sent, once for each. */
  readonly via: "token" | "console";
  readonly requestId: string;
  readonly address: string | null;
}

/**
 * Whose a token is, with what it says of them taken over: groups and attributes, apart from what was set in Reeve. Nobody
 * gets a permission by it. The first token of somebody makes them a user; `userId` is null for who was not known when it was
 * looked. Null where the user is gone; who is disabled stays as they are.
 */
export async function personOfToken(
  deps: TokenDeps,
  proven: ProvenToken,
  userId: string | null,
): Promise<StoredPerson | null> {
  const id = userId ?? (await newcomer(deps, proven));
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const person = await deps.store.person(id);
    if (person === null || isOut(person)) return person;
    const after = await takenOver(deps, proven, person);
    if (after !== null) return after;
  }
  // What others wrote just now stands; the next request tries again.
  deps.log.warn("what a token says could not be taken over: others keep changing it", { userId: id });
  return await deps.store.person(id);
}

/** Makes a user of somebody's first token; of two at once one makes them. */
async function newcomer(deps: TokenDeps, { provider, token, requestId }: ProvenToken): Promise<string> {
  const { store, ids, clock } = deps;
  const { issuer, subject, claims } = token;
  const at = clock.now();
  const user: User = {
    id: ids.next("user"),
    name: nameIn(claims, subject),
    email: emailIn(claims),
    kind: "person",
    permissions: [],
    groups: [],
    attributes: {},
    externalUsernames: {},
    disabled: false,
    createdAt: at.toISOString(),
    version: 1,
  };
  const said = nothingSaid({ providerId: provider.id, issuer, subject }, at);
  try {
    await store.commit([
      {
        write: "claim",
        guard: { guard: "identity", issuer, subject },
        owner: user.id,
        otherwise: staleAside(),
      },
      ...creationWrites(user),
      { write: "create", kind: "user-facts", record: { userId: user.id, providers: [said], version: 1 } },
      auditedSystem(ids, at, requestId, {
        action: "user:create",
        resource: { type: "user", id: user.id },
        details: { after: { name: user.name, email: user.email, kind: user.kind }, providerId: provider.id },
      }),
    ]);
    return user.id;
  } catch (error) {
    const { userId } = await store.identity(issuer, subject);
    if (userId !== null) return userId;
    throw error;
  }
}

const sorted = (list: readonly string[]): readonly string[] => list.toSorted();

const isSame = (one: ProviderFacts, other: ProviderFacts): boolean =>
  isSameValue(sorted(one.groups), sorted(other.groups)) && isSameValue(one.attributes, other.attributes);

/**
 * The person as they are with what the token says; null where somebody else wrote meanwhile, and it must be looked again.
 * Nothing is written where it says nothing new; an older token than the newest one that was seen says nothing any more.
 */
async function takenOver(
  deps: TokenDeps,
  proven: ProvenToken,
  person: StoredPerson,
): Promise<StoredPerson | null> {
  const { provider, token, via } = proven;
  const now = deps.clock.now();
  const known = person.facts.providers.find(({ providerId }) => providerId === provider.id);
  const issuedAt = token.issuedAt.toISOString();
  const newest = known?.tokenIssuedAt ?? "";
  if (issuedAt < newest) return person;
  const mapped = mapClaims(token.claims, provider.config);
  const { ids, directory } = await groupsNamed(deps, proven, mapped.groups, person.directory);
  const next: ProviderFacts = {
    providerId: provider.id,
    issuer: token.issuer,
    subject: token.subject,
    groups: ids,
    attributes: mapped.attributes,
    disabled: false,
    // What a token says is as old as the token, however long it is valid and often it is sent.
    refreshedAt: new Date(Math.min(now.getTime(), token.issuedAt.getTime())).toISOString(),
    tokenIssuedAt: issuedAt,
  };
  const signsIn = issuedAt > newest || via === "console";
  if (!signsIn && known !== undefined && isSame(known, next)) return { ...person, directory };
  const leftOut = mapped.groups.length - ids.length + mapped.leftOut;
  if (signsIn && leftOut > 0) {
    deps.log.warn("groups of a token are passed over: names that others bear, or too many", {
      providerId: provider.id,
      userId: person.user.id,
      groups: leftOut,
    });
  }
  return await written(deps, proven, { ...person, directory }, next, signsIn);
}

/** Somebody else wrote meanwhile, or is about to. */
const isStale = (error: unknown): boolean =>
  error instanceof DomainError && ["version-mismatch", "contention"].includes(error.code);

/** Commits what a provider says, in as many transactions as it takes; null where somebody else wrote meanwhile. */
async function written(
  deps: TokenDeps,
  proven: ProvenToken,
  person: StoredPerson,
  next: ProviderFacts,
  signsIn: boolean,
): Promise<StoredPerson | null> {
  const steps = factsSteps(person.facts, next);
  const user = withName(person.user, proven.token);
  try {
    for (const { writes } of steps.slice(0, -1)) await deps.store.commit([stands(person.user), ...writes]);
    await deps.store.commit([
      ...(user === person.user ? [stands(user)] : changeWrites(person.user, user)),
      ...(steps.at(-1)?.writes ?? []),
      ...(signsIn ? [signIn(deps, proven, person)] : []),
    ]);
  } catch (error) {
    if (isStale(error)) return null;
    throw error;
  }
  return { ...person, user, facts: steps.at(-1)?.after ?? person.facts };
}

const stands = (user: User): Write => ({
  write: "require",
  kind: "user",
  record: user,
  otherwise: staleAside(),
});

/** What earlier tokens did not tell of somebody's name is taken from this one; what somebody set is not touched. */
function withName(user: User, { claims, subject }: VerifiedToken): User {
  const isUnnamed = user.name === nameIn({}, subject);
  const name = isUnnamed ? nameIn(claims, subject) : user.name;
  const email = user.email === "" ? emailIn(claims) : user.email;
  if (name === user.name && email === user.email) return user;
  return { ...user, name, email, version: user.version + 1 };
}

function signIn(
  { ids, clock }: TokenDeps,
  { provider, requestId, address, via }: ProvenToken,
  person: StoredPerson,
): Write {
  const user = callerOf(person, clock.now());
  return audited(
    ids,
    clock.now(),
    { user, requestId, address },
    {
      action: "user:sign-in",
      resource: { type: "user", id: user.id },
      details: { providerId: provider.id, via },
    },
  );
}
