import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import { audited, type AuditEntry } from "#core/audit/record.ts";
import type { Call } from "#core/call/call.ts";
import { demandVersion, staleRead } from "#core/call/retry-conflict.ts";
import { isSameValue } from "#core/call/same-value.ts";
import type { Caller } from "#core/people/caller.ts";
import type { Group } from "#core/people/group.ts";
import type { GroupDeps } from "#core/people/groups/group-deps.ts";
import { demandNotMember, groupOf } from "#core/people/groups/group-rules.ts";
import { showGroup } from "#core/people/groups/show-group.ts";
import { callerStands, retryAsCaller } from "#core/people/retry-as-caller.ts";
import type { Write } from "#core/ports/change.ts";

/** What becomes of a group: the record without its new version, what changes beside it, and what is told of it. */
export interface GroupChange {
  readonly after: Group;
  readonly writes: readonly Write[];
  readonly entry: Pick<AuditEntry, "action" | "details">;
}

/** Changes a group that the caller is not in, where the change says anything new, and whoever keeps the directory reads it anew. */
export const changeGroup = (
  deps: GroupDeps,
  call: Call,
  groupId: string,
  change: (before: Group, user: Caller) => GroupChange,
) =>
  retryAsCaller(deps, call, async (asked) => {
    authorize(asked.user, "group:manage", deployment);
    const { store, ids, clock } = deps;
    const before = groupOf(asked.user, groupId);
    demandVersion(asked, before.version);
    demandNotMember(asked.user, before);
    const { after, writes, entry } = change(before, asked.user);
    if (isSameValue(before, after)) return showGroup(before);
    const record: Group = { ...after, version: before.version + 1 };
    await store.commit([
      ...writes,
      ...callerStands(asked, null),
      { write: "replace", kind: "group", record, expected: before.version, otherwise: staleRead() },
      { write: "directory-changed" },
      audited(ids, clock.now(), asked, { ...entry, resource: { type: "group", id: before.id } }),
    ]);
    return showGroup(record);
  });
