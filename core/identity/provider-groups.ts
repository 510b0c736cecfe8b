import { maxGroups } from "#contracts/resources/group.ts";
import type { AccessDirectory } from "#core/access/directory.ts";
import { auditedSystem } from "#core/audit/record.ts";
import { staleAside } from "#core/call/retry-conflict.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { TokenDeps } from "#core/identity/token-deps.ts";
import type { Group } from "#core/people/group.ts";
import { groupNameGuard } from "#core/people/groups/group-rules.ts";
import { principalWords } from "#core/people/principal-directory.ts";
import type { Write } from "#core/ports/change.ts";

/** What making groups needs from outside. */
export type ProviderGroupDeps = Pick<TokenDeps, "store" | "clock" | "ids" | "log">;

/** Whose word it is, and in which request. */
export interface FromProvider {
  readonly provider: Pick<IdentityProvider, "id">;
  readonly requestId: string;
}

/** Groups that a provider names, as they are in a directory. */
export interface NamedGroups {
  readonly ids: readonly string[];
  /** As it is once they are in it. */
  readonly directory: AccessDirectory;
}

/** With its words each group takes up to eleven items; a transaction takes a hundred. */
const atOnce = 8;

/**
 * The provider's groups of these names; those that are not there are made. A name that a group of Reeve's own bears, or
 * one of another provider, is passed over and never joined; so is what there is no room for.
 */
export async function groupsNamed(
  deps: ProviderGroupDeps,
  from: FromProvider,
  names: readonly string[],
  directory: AccessDirectory,
): Promise<NamedGroups> {
  const missing = names
    .filter((name) => directory.groupNamed(name) === undefined)
    .slice(0, Math.max(0, maxGroups - directory.all.length));
  for (let start = 0; start < missing.length; start += atOnce) {
    await make(deps, from, missing.slice(start, start + atOnce));
  }
  const after = missing.length === 0 ? directory : await deps.store.directory();
  const ids = names.flatMap((name) => {
    const group = after.groupNamed(name);
    return group?.providerId === from.provider.id ? [group.id] : [];
  });
  return { ids: ids.toSorted(), directory: after };
}

/** Makes groups together or, where somebody else has one of the names by now, each by itself. */
async function make(
  deps: ProviderGroupDeps,
  { provider, requestId }: FromProvider,
  names: readonly string[],
): Promise<void> {
  const groups = names.map((name): Group => ({
    id: deps.ids.next("group"),
    name,
    providerId: provider.id,
    attributes: {},
    createdAt: deps.clock.now().toISOString(),
    version: 1,
  }));
  if (await isMade(deps, groups, requestId)) return;
  if (groups.length > 1) for (const group of groups) await isMade(deps, [group], requestId);
}

async function isMade(
  { store, clock, ids }: ProviderGroupDeps,
  groups: readonly Group[],
  requestId: string,
): Promise<boolean> {
  try {
    await store.commit([
      ...groups.flatMap((group): readonly Write[] => [
        {
          write: "claim",
          guard: groupNameGuard(group.name),
          owner: group.id,
          otherwise: staleAside(),
        },
        { write: "create", kind: "group", record: group },
        ...principalWords({ type: "group", id: group.id }, group.name),
        auditedSystem(ids, clock.now(), requestId, {
          action: "group:create",
          resource: { type: "group", id: group.id },
          details: { after: { name: group.name, providerId: group.providerId } },
        }),
      ]),
      { write: "directory-changed" },
    ]);
    return true;
  } catch (error) {
    const passed = error instanceof DomainError && ["version-mismatch", "contention"].includes(error.code);
    if (!passed) throw error;
    return false;
  }
}
