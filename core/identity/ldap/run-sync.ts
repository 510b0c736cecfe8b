import type { AccessDirectory } from "#core/access/directory.ts";
import { auditedSystem } from "#core/audit/record.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { applyChanges, applyNewcomers, type ApplyDeps, type Applying } from "#core/identity/ldap/apply.ts";
import {
  AmbiguousDirectoryError,
  planSync,
  wantedOf,
  type DirectoryContent,
  type Known,
  type Plan,
} from "#core/identity/ldap/plan.ts";
import { knownPeople, readDirectory } from "#core/identity/ldap/read-people.ts";
import { removalsOf, type Removals } from "#core/identity/ldap/removals.ts";
import type { Change } from "#core/identity/ldap/say.ts";
import { BeginAgain, isLdap, issuerOf, SyncBasis } from "#core/identity/ldap/sync-basis.ts";
import { syncInput } from "#core/identity/ldap/sync-job.ts";
import { groupsNamed } from "#core/identity/provider-groups.ts";
import { readProviderSecret } from "#core/identity/provider-secrets.ts";
import type { JobHandler, Work } from "#core/jobs/work.ts";
import type { Write } from "#core/ports/change.ts";
import { DirectoryReadError, type LdapDirectory } from "#core/ports/ldap-directory.ts";
import type { Log } from "#core/ports/log.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Store } from "#core/ports/store.ts";

/** What the sync of directories needs from outside. */
export interface IdentitySyncDeps extends ApplyDeps {
  readonly store: Store;
  readonly secrets: Pick<SecretStore, "get">;
  readonly ldap: LdapDirectory;
  readonly log: Log;
}

type End = Awaited<ReturnType<JobHandler>>;

/**
 * Brings people and groups in step with a directory. It reads all of it before anything is changed, so that whatever
 * breaks off removes nobody; done again it comes to the same end. Removals of many wait for a person, all else does not.
 */
export const identitySyncHandler =
  (deps: IdentitySyncDeps): JobHandler =>
  async (work) => {
    const directory = await deps.store.directory();
    const provider = directory.provider(syncInput.parse(work.job.input).providerId);
    if (!isLdap(provider)) return stopped("not-found", "The identity provider is not there any more.");
    const issuer = issuerOf(provider, directory);
    if (issuer === null) return unreachable("The OIDC provider of its subjects is gone.");
    try {
      return await sync(deps, work, new SyncBasis(work, provider, issuer));
    } catch (error) {
      return endOf(error);
    }
  };

const stopped = (
  code: "not-found" | "identity-provider-unreachable",
  detail: string,
  cause?: Error,
): End => ({
  stopped: new DomainError(code, detail, { cause }),
});

const unreachable = (detail: string, cause?: Error): End =>
  stopped("identity-provider-unreachable", detail, cause);

/** Another attempt with the same password is refused alike, and may lock the account that reads. */
function endOf(error: unknown): End {
  if (error instanceof BeginAgain) return { goesOn: true };
  if (error instanceof AmbiguousDirectoryError) return unreachable(error.message, error);
  if (!(error instanceof DirectoryReadError)) throw error;
  if (!error.again) return unreachable(error.message, error);
  throw new DomainError("identity-provider-unreachable", error.message, { cause: error });
}

async function sync(deps: IdentitySyncDeps, work: Work, basis: SyncBasis): Promise<End> {
  const { store, clock } = deps;
  const { provider, issuer } = basis;
  const at = clock.now();
  const { bindPassword } = await readProviderSecret(deps.secrets, provider);
  if (bindPassword === undefined) return unreachable("The password of the account that reads is not there.");
  const content = await readDirectory(deps.ldap, provider.config, bindPassword, work.signal);
  const known = await knownPeople(store, provider.id);
  demandGroups(content, known, provider.config.groupBase);
  const wanted = wantedOf(content, provider.config, await store.directory(), provider.id);
  const from = { provider, requestId: work.job.correlationId };
  const { directory } = await groupsNamed(deps, from, wanted.groups, await store.directory());
  const idOf = groupIds(directory, provider.id);
  const plan = planSync(wanted.people, issuer, known, idOf);
  const removals = removalsOf(plan, basis.approvedAsOf, (await store.settings()).deletionGuard);
  await apply(deps, { work, basis, at, idOf }, plan, removals);
  const result = resultOf(content, wanted.warnings, plan, removals);
  await conclude(deps, work, basis, at, removals);
  deps.log.info("a directory was synced", { providerId: provider.id, ...result });
  const end = { result, writes: () => Promise.resolve([]) };
  return removals.reason === null ? end : { waits: end };
}

/** A directory that shows no group any more is more likely hidden than empty: everybody would lose what groups give them. */
function demandGroups({ groups }: DirectoryContent, known: readonly Known[], groupBase: string | null): void {
  if (groupBase === null || groups.length > 0 || known.every(({ facts }) => facts.groups.length === 0))
    return;
  throw new DirectoryReadError(
    "the directory shows no group at all, though people are in some: if that is meant, set groupBase to null",
    false,
  );
}

const groupIds =
  (directory: AccessDirectory, providerId: string) =>
  (name: string): string | undefined => {
    const group = directory.groupNamed(name);
    return group?.providerId === providerId ? group.id : undefined;
  };

/** So many lines of what was passed over are shown. */
const mostWarnings = 50;

const resultOf = (
  { users, groups }: DirectoryContent,
  warnings: readonly string[],
  { comes, changes, unchanged }: Plan,
  { removes, holds, reason }: Removals,
) => ({
  users: users.length,
  groups: groups.length,
  created: comes.length,
  changed: changes.length,
  removed: removes.length,
  unchanged,
  held: reason === null ? null : { reason, removes: holds.length },
  warnings: warnings.slice(0, mostWarnings),
});

/** Does what is planned; of those who wait it is only noted that they do. */
async function apply(
  deps: IdentitySyncDeps,
  { work, basis, ...of }: Pick<Applying, "at" | "idOf"> & { readonly work: Work; readonly basis: SyncBasis },
  { comes, changes, goes }: Plan,
  { removes, holds }: Removals,
): Promise<void> {
  const total = comes.length + changes.length + goes.length;
  let done = 0;
  work.progress(done, total);
  const applying: Applying = {
    ...of,
    job: work.job,
    provider: basis.provider,
    issuer: basis.issuer,
    commit: (writes) => basis.commit(writes),
    done: (people) => {
      done += people;
      work.progress(done, total);
    },
  };
  const all: readonly Change[] = [
    ...changes.map(({ userId, wanted }) => ({ userId, says: wanted })),
    ...removes.map(({ userId }) => ({ userId, says: "gone" as const })),
    ...holds.map(({ userId }) => ({ userId, says: "missing" as const })),
  ];
  await applyChanges(deps, applying, all);
  await applyNewcomers(deps, applying, comes);
}

/** Ends a sync; what waits for a person from before is cancelled, for this sync knows better. */
async function conclude(
  { store, ids, clock }: IdentitySyncDeps,
  { job }: Work,
  basis: SyncBasis,
  at: Date,
  { reason }: Removals,
): Promise<void> {
  await retryConflict({ ifMatch: null }, async () => {
    const synced = auditedSystem(ids, clock.now(), job.correlationId, {
      action: "identity-provider:synced",
      resource: { type: "identity-provider", id: basis.provider.id },
      details: { jobId: job.id, held: reason },
    });
    const superseded = await supersededWrites({ store, clock }, job.id, job.line);
    await basis.conclude(at, reason !== null, [synced, ...superseded]);
  });
}

async function supersededWrites(
  { store, clock }: Pick<IdentitySyncDeps, "store" | "clock">,
  jobId: string,
  line: string,
): Promise<readonly Write[]> {
  const { items } = await store.listJobs({
    types: ["identity-sync"],
    states: ["awaiting-approval"],
    before: null,
    limit: 50,
  });
  return items
    .filter((other) => other.line === line && other.id !== jobId)
    .map((before) => ({
      write: "transition",
      before,
      after: { ...before, state: "cancelled", slot: null, finishedAt: clock.now().toISOString() },
      otherwise: staleAside(),
    }));
}
