import { givenTime } from "#contracts/resources/fields.ts";
import { outcome as outcomes } from "#contracts/resources/activity.ts";
import { checked } from "../input/check.ts";
import { auditColumns, auditExportColumns } from "../output/audit.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";

/** What narrows `audit list`. */
export interface AuditFilters {
  readonly actor?: string;
  readonly action?: readonly string[];
  readonly outcome?: readonly string[];
  readonly resource?: string;
  readonly request?: string;
  readonly address?: string;
  readonly from?: string;
  readonly to?: string;
}

const dayMs = 86_400_000;

/** What was done, newest first; of the last day, where nothing narrows it. */
export async function listAudit(
  session: Session,
  { actor, action, outcome, resource, request, address, from, to, ...options }: ListOptions & AuditFilters,
): Promise<void> {
  const narrowed = [actor, resource, from].some((one) => one !== undefined);
  const query = {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action: [...action] }),
    ...(outcome === undefined ? {} : { outcome: outcome.map(outcomeOf) }),
    ...(resource === undefined ? {} : { resource }),
    ...(request === undefined ? {} : { requestId: request }),
    ...(address === undefined ? {} : { address }),
    ...(narrowed ? {} : { from: dayBefore(to) }),
    ...(from === undefined ? {} : { from: timeOf(from) }),
    ...(to === undefined ? {} : { to: timeOf(to) }),
  };
  const { terminal, client } = session;
  printList(session, auditColumns, await listed(terminal, client.listAudit, query, options));
}

const dayBefore = (to: string | undefined): string =>
  new Date((to === undefined ? Date.now() : Date.parse(timeOf(to))) - dayMs).toISOString();

const outcomeOf = (text: string) => outcomes.parse(checked(outcomes, text));

const timeOf = (text: string): string => givenTime.parse(checked(givenTime, text));

/** What was exported, newest first. */
export async function listExports(session: Session, options: ListOptions): Promise<void> {
  const { terminal, client } = session;
  printList(session, auditExportColumns, await listed(terminal, client.listAuditExports, {}, options));
}
