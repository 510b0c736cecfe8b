import { emptyDirectory, type AccessDirectory } from "#core/access/directory.ts";
import { auditedSystem } from "#core/audit/record.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { IdentityProvider, LdapConfig } from "#core/identity/identity-provider.ts";
import { applyChanges, makeUsers, type ApplyDeps, type Applying } from "#core/identity/ldap/apply.ts";
import {
  AmbiguousDirectoryError,
  planSync,
  wantedOf,
  type Plan,
  type WantedPeople,
} from "#core/identity/ldap/plan.ts";
import { knownPeople, readDirectory } from "#core/identity/ldap/read-people.ts";
import { peopleHeldBecause } from "#core/identity/ldap/removal-guard.ts";
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
type Ldap = IdentityProvider & { readonly config: { readonly kind: "ldap" } & LdapConfig };

const isLdap = (provider: IdentityProvider | undefined): provider is Ldap => provider?.config.kind === "ldap";

/** So many lines of what was passed over are shown. */
const mostWarnings = 50;

/**
 * Brings people and groups in step with a directory. It reads all of it before anything is changed, so that whatever
 * breaks off removes nobody; done again it comes to the same end. Removals of many wait for a person, all else does not.
 */
export const identitySyncHandler =
  (deps: IdentitySyncDeps): JobHandler =>
  async (work) => {
    const input = syncInput.parse(work.job.input);
    const directory = await deps.store.directory();
    const provider = directory.provider(input.providerId);
    if (!isLdap(provider)) return stopped("not-found", "The identity provider is not there any more.");
    const issuer = issuerOf(provider, directory);
    if (issuer === null) {
      return stopped("identity-provider-unreachable", "The OIDC provider of its subjects is gone.");
    }
    try {
      return await sync(deps, work, { provider, issuer, approved: input.approvedBy !== undefined });
    } catch (error) {
      return endOf(error);
    }
  };

const stopped = (code: "not-found" | "identity-provider-unreachable", detail: string) => ({
  stopped: new DomainError(code, detail),
});

/** Another attempt with the same password is refused alike, and may lock the account that reads. */
function endOf(error: unknown): End {
  if (error instanceof AmbiguousDirectoryError)
    return stopped("identity-provider-unreachable", error.message);
  if (error instanceof DomainError && error.code === "identity-provider-unreachable")
    return { stopped: error };
  if (!(error instanceof DirectoryReadError)) throw error;
  const told = new DomainError("identity-provider-unreachable", error.message, { cause: error });
  if (error.again) throw told;
  return { stopped: told };
}

function issuerOf({ config }: Ldap, directory: AccessDirectory): string | null {
  if (config.subjects === null) return config.url;
  const of = directory.provider(config.subjects.providerId);
  return of?.config.kind === "oidc" ? of.config.issuer : null;
}

interface Basis {
  readonly provider: Ldap;
  readonly issuer: string;
  readonly approved: boolean;
}

async function sync(deps: IdentitySyncDeps, work: Work, { provider, issuer, approved }: Basis): Promise<End> {
  const { store, clock } = deps;
  const at = clock.now();
  const { bindPassword } = await readProviderSecret(deps.secrets, provider);
  if (bindPassword === undefined) {
    return stopped("identity-provider-unreachable", "The password of the account that reads is not there.");
  }
  const content = await readDirectory(deps.ldap, provider.config, bindPassword, work.signal);
  const known = await knownPeople(store, provider.id);
  const wanted = wantedOf(content, provider.config, await store.directory(), provider.id);
  const { directory } = await groupsNamed(
    deps,
    { provider, requestId: work.job.correlationId },
    wanted.groups,
    await store.directory(),
  );
  const idOf = groupIds(directory, provider.id);
  const plan = planSync(wanted.people, issuer, known, idOf);
  const { removes, standing } = plan.removal;
  const read = wanted.people.length;
  const settings = await store.settings();
  const held = approved ? null : peopleHeldBecause({ removes, standing, read }, settings.deletionGuard);
  const result = resultOf(content, wanted, plan, held);
  await apply(deps, { work, provider, issuer, at }, plan, idOf, held !== null, result);
  if (held !== null) return { waits: { result, writes: () => superseded(deps, work) } };
  return {
    result,
    writes: async () => [
      ...(await syncedWrites(deps, work, provider, at)),
      ...(await superseded(deps, work)),
    ],
  };
}

const groupIds =
  (directory: AccessDirectory = emptyDirectory, providerId: string) =>
  (name: string): string | undefined => {
    const group = directory.groupNamed(name);
    return group?.providerId === providerId ? group.id : undefined;
  };

const resultOf = (
  { users, groups }: { readonly users: readonly unknown[]; readonly groups: readonly unknown[] },
  { warnings }: WantedPeople,
  { comes, changes, goes, unchanged }: Plan,
  held: string | null,
) => ({
  users: users.length,
  groups: groups.length,
  created: comes.length,
  changed: changes.length,
  removed: held === null ? goes.length : 0,
  unchanged,
  held: held === null ? null : { reason: held, removes: goes.length },
  warnings: warnings.slice(0, mostWarnings),
});

/** Does what is planned; removals only where they are not held. */
async function apply(
  deps: IdentitySyncDeps,
  of: Pick<Applying, "work" | "provider" | "issuer" | "at">,
  { comes, changes, goes }: Plan,
  idOf: (name: string) => string | undefined,
  isHeld: boolean,
  result: object,
): Promise<void> {
  const total = comes.length + changes.length + (isHeld ? 0 : goes.length);
  let commits = 0;
  const applying: Applying = {
    ...of,
    checkpoint: async (writes) => {
      commits += 1;
      await of.work.checkpoint({ commits }, writes);
    },
  };
  of.work.progress(0, total);
  // Who is out is out first, whatever comes after.
  await applyChanges(deps, applying, changes, idOf);
  if (!isHeld) {
    await applyChanges(
      deps,
      applying,
      goes.map((userId) => ({ userId, wanted: null })),
      idOf,
    );
  }
  of.work.progress(total - comes.length, total);
  const users = await makeUsers(deps, applying, comes);
  const newcomers = comes.flatMap((wanted) => {
    const userId = users.get(wanted.subject);
    return userId === undefined ? [] : [{ userId, wanted }];
  });
  await applyChanges(deps, applying, newcomers, idOf);
  of.work.progress(total, total);
  deps.log.info("a directory was synced", { providerId: of.provider.id, ...result });
}

/** Says that everybody whom the sync left as they were is as fresh as it: one item, whoever they are. */
async function syncedWrites(
  { store, clock, ids }: IdentitySyncDeps,
  { job }: Work,
  { id, version }: Ldap,
  at: Date,
): Promise<readonly Write[]> {
  const provider = (await store.directory()).provider(id);
  if (provider === undefined || provider.version !== version) {
    throw new Error("the provider was changed while its directory was synced");
  }
  return [
    {
      write: "replace",
      kind: "identity-provider",
      // Its version counts what people change.
      record: { ...provider, syncedAt: at.toISOString() },
      expected: version,
      otherwise: staleAside(),
    },
    { write: "directory-changed" },
    auditedSystem(ids, clock.now(), job.correlationId, {
      action: "identity-provider:synced",
      resource: { type: "identity-provider", id },
      details: { jobId: job.id },
    }),
  ];
}

/** Cancels what waits for a person from before: this sync knows better. */
async function superseded({ store, clock }: IdentitySyncDeps, { job }: Work): Promise<readonly Write[]> {
  const { items } = await store.listJobs({
    types: ["identity-sync"],
    states: ["awaiting-approval"],
    before: null,
    limit: 50,
  });
  return items
    .filter(({ id, line }) => line === job.line && id !== job.id)
    .map((before) => ({
      write: "transition",
      before,
      after: { ...before, state: "cancelled", slot: null, finishedAt: clock.now().toISOString() },
      otherwise: staleAside(),
    }));
}
