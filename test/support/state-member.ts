import { retryConflict } from "#core/call/retry-conflict.ts";
import type { Principal } from "#core/connections/connection.ts";
import { memberWrites } from "#core/members/member-writes.ts";
import type { DataSourceMember } from "#core/sources/data-source.ts";
import type { App } from "./app.ts";

/** States something about a principal on a data source, whatever was stated before; gives the record. */
export async function stateMember(
  { store, ids, clock }: Pick<App, "store" | "ids" | "clock">,
  dataSourceId: string,
  principal: Principal,
  role: DataSourceMember["role"],
  expiresAt: string | null = null,
): Promise<DataSourceMember> {
  const after: DataSourceMember = {
    id: ids.next("member"),
    dataSourceId,
    principal,
    role,
    expiresAt,
    addedBy: "usr_1",
    addedAt: clock.now().toISOString(),
  };
  await retryConflict({ ifMatch: null }, async () => {
    const stored = await store.dataSourceMembers(dataSourceId);
    const before =
      stored.members.find(
        (member) => member.principal.type === principal.type && member.principal.id === principal.id,
      ) ?? null;
    await store.commit(memberWrites(ids, clock.now(), stored, [{ before, after }]));
  });
  return after;
}
