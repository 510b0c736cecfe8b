import { accessRoutes } from "#contracts/http/groups/access.ts";
import {
  accessApproval,
  accessDenial,
  accessRequestCreation,
  maxDecidedAtOnce,
} from "#contracts/resources/access-request.ts";
import { Refusal, UsageError } from "../failure.ts";
import { checked } from "../input/check.ts";
import { decisionColumns, printRequest, requestColumns, type Decision } from "../output/access-request.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { listed, type ListOptions } from "./listing.ts";
import { dataSourceId } from "./resolve.ts";

/** What a list of requests can be narrowed by. */
export interface RequestFilters {
  readonly state?: readonly string[];
  readonly dataSource?: readonly string[];
  readonly mine?: true;
  readonly others?: true;
}

/** What is asked for beside the data source. */
export interface RequestOptions {
  readonly reason: string;
  readonly duration?: string;
  readonly group?: string;
}

type Client = Session["client"];
type Query = NonNullable<Parameters<Client["listAccessRequests"]>[0]>["query"] & object;
type Creation = Parameters<Client["createAccessRequest"]>[0]["body"];
type Approval = NonNullable<Parameters<Client["approveAccessRequest"]>[0]["body"]>;

/** Asks for access to a data source. */
export async function createRequest(
  session: Session,
  source: string,
  { reason, duration, group }: RequestOptions,
): Promise<void> {
  const principal = group === undefined ? {} : { principal: { type: "group", id: group } };
  const asked = { reason, ...(duration === undefined ? {} : { duration }), ...principal };
  const body = checked(accessRequestCreation, asked) as Creation;
  const params = { dataSourceId: await dataSourceId(session, source) };
  printRequest(session, await session.client.createAccessRequest({ params, body }));
}

/** The requests that one may see: one's own, and those to decide. */
export async function listRequests(session: Session, options: ListOptions & RequestFilters): Promise<void> {
  const { state, dataSource, mine, others } = options;
  if (mine === true && others === true) throw new UsageError("Give either --mine or --others.");
  const whose = mine === true ? "true" : others === true ? "false" : undefined;
  const about = dataSource && (await Promise.all(dataSource.map((name) => dataSourceId(session, name))));
  const query = checked(accessRoutes.listAccessRequests.query, {
    state,
    dataSourceId: about,
    mine: whose,
  }) as Query;
  const { listAccessRequests } = session.client;
  printList(session, requestColumns, await listed(session.terminal, listAccessRequests, query, options));
}

/** One request. */
export async function showRequest(session: Session, requestId: string): Promise<void> {
  printRequest(session, await session.client.getAccessRequest({ params: { requestId } }));
}

/** Approves one request, or several. */
export async function approveRequests(
  session: Session,
  ids: readonly string[],
  { expires }: { readonly expires?: string },
): Promise<void> {
  const { client } = session;
  const said = checked(accessApproval, expires === undefined ? {} : { expiresAt: expires }) as Approval;
  await decideAll(session, ids, {
    one: (requestId) => client.approveAccessRequest({ params: { requestId }, body: said }),
    several: (some) => client.approveAccessRequests({ body: { ids: some, ...said } }),
  });
}

/** Denies one request, or several for one reason. */
export async function denyRequests(
  session: Session,
  ids: readonly string[],
  { reason }: { readonly reason: string },
): Promise<void> {
  const { client } = session;
  checked(accessDenial, { reason });
  await decideAll(session, ids, {
    one: (requestId) => client.denyAccessRequest({ params: { requestId }, body: { reason } }),
    several: (some) => client.denyAccessRequests({ body: { ids: some, reason } }),
  });
}

interface Deciding {
  readonly one: (requestId: string) => ReturnType<Client["getAccessRequest"]>;
  readonly several: (ids: string[]) => ReturnType<Client["approveAccessRequests"]>;
}

/** One is printed as it is then, several as what became of each; one that failed makes the whole fail. */
async function decideAll(
  session: Session,
  ids: readonly string[],
  { one, several }: Deciding,
): Promise<void> {
  const [only, ...others] = ids;
  if (only !== undefined && others.length === 0) {
    printRequest(session, await one(only));
    return;
  }
  const decisions: Decision[] = [];
  for (let from = 0; from < ids.length; from += maxDecidedAtOnce) {
    decisions.push(...(await several(ids.slice(from, from + maxDecidedAtOnce))).items);
  }
  printList(session, decisionColumns, decisions);
  const left = decisions.filter(({ problem }) => problem !== undefined).length;
  if (left > 0) throw new Refusal(`${left} of ${decisions.length} are left as they are.`);
}

/** Takes one's own requests back, one after the other; the first that is refused ends it. */
export async function cancelRequests(session: Session, ids: readonly string[]): Promise<void> {
  for (const requestId of ids) {
    printRequest(session, await session.client.cancelAccessRequest({ params: { requestId } }));
  }
}
