import { memberCreation, memberPatch } from "#contracts/resources/member.ts";
import { UsageError } from "../failure.ts";
import { checked } from "../input/check.ts";
import { memberColumns } from "../output/member.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId, principalId } from "./resolve.ts";

/** Who has which role on a data source. */
export async function listMembers(session: Session, source: string, options: ListOptions): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, source) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listMembers({ params, query });
  printList(session, memberColumns, await listed(session.terminal, list, {}, options));
}

/** The options of `member add`. */
export interface MemberAddition {
  readonly user?: string;
  readonly group?: string;
  readonly role: string;
  readonly expires?: string;
}

/** The end that was typed: `never` is none. */
const endOf = (expires: string | undefined): { readonly expiresAt?: string | null } =>
  expires === undefined ? {} : { expiresAt: expires === "never" ? null : expires };

/** Gives a user or a group a role. */
export async function addMember(session: Session, source: string, options: MemberAddition): Promise<void> {
  const { user, group, role, expires } = options;
  if ((user === undefined) === (group === undefined)) throw new UsageError("Give either --user or --group.");
  const type = user === undefined ? "group" : "user";
  const named = user ?? group ?? "";
  const given = { principal: { type, id: named }, role, ...endOf(expires) };
  checked(memberCreation, given);
  const id = await principalId(session, type, named);
  const params = { dataSourceId: await dataSourceId(session, source) };
  const body = memberCreation.parse({ ...given, principal: { type, id } });
  printList(session, memberColumns, [await session.client.addMember({ params, body })]);
}

/** The options of `member set`. */
export interface MemberChange {
  readonly role?: string;
  readonly expires?: string;
}

/** Changes a member's role, or until when it holds. */
export async function setMember(
  session: Session,
  source: string,
  memberId: string,
  { role, expires }: MemberChange,
): Promise<void> {
  if (role === undefined && expires === undefined) {
    throw new UsageError("Say what to change: --role or --expires.");
  }
  const given = { ...(role === undefined ? {} : { role }), ...endOf(expires) };
  checked(memberPatch, given);
  const body = memberPatch.parse(given);
  const params = { dataSourceId: await dataSourceId(session, source), memberId };
  printList(session, memberColumns, [await session.client.updateMember({ params, body })]);
}

/** Takes a role away. */
export async function removeMember(session: Session, source: string, memberId: string): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, source), memberId };
  await session.client.removeMember({ params });
  say(session.terminal, `Member ${memberId} is removed.`);
}
