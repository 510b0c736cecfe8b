import { items } from "#client/paging.ts";
import { idPrefixes } from "#contracts/ids.ts";
import { policyCreation, policyPatch, policyState, sentenceBody } from "#contracts/resources/policy.ts";
import { UsageError } from "../failure.ts";
import { checked } from "../input/check.ts";
import { textOption } from "../input/text-option.ts";
import { bearingColumns, policyColumns, printParsed, printPolicy, type Policy } from "../output/policy.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { byName, dataSourceId, isId } from "./resolve.ts";

/** Which policies to list. */
export interface PolicyListOptions extends ListOptions {
  readonly dataSource?: string;
  readonly state?: string;
}

/** What `policy create` and `policy update` take beside the sentence as an argument. */
export interface PolicyOptions {
  readonly name?: string;
  readonly sentence?: string;
  readonly file?: string;
  readonly dataSource?: string;
  readonly active?: true;
}

/** The policies that the caller may read. */
export async function listPolicies(session: Session, options: PolicyListOptions): Promise<void> {
  const { dataSource, state, ...page } = options;
  const query = {
    ...(dataSource === undefined ? {} : { dataSourceId: await dataSourceId(session, dataSource) }),
    ...(state === undefined ? {} : { state: policyState.parse(checked(policyState, state)) }),
  };
  printList(session, policyColumns, await listed(session.terminal, session.client.listPolicies, query, page));
}

/** The policies that bear on a data source, and why. */
export async function listSourcePolicies(
  session: Session,
  source: string,
  options: ListOptions,
): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, source) };
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listSourcePolicies({ params, query });
  printList(session, bearingColumns, await listed(session.terminal, list, {}, options));
}

/** One policy, named by its id or its name. */
export async function showPolicy(session: Session, policy: string): Promise<void> {
  printPolicy(session, await foundPolicy(session, policy));
}

/** A text that must be given: as an argument, or in a file. */
async function givenSentence(
  session: Session,
  sentence: string | undefined,
  { file }: Pick<PolicyOptions, "file">,
): Promise<string> {
  const text = await textOption(session.terminal, "a sentence", sentence, file);
  if (text === undefined) throw new UsageError("Give the sentence, or --file.");
  return text.trim();
}

/** What a sentence says, and how everybody writes it. */
export async function parsePolicy(
  session: Session,
  sentence: string | undefined,
  options: PolicyOptions,
): Promise<void> {
  const given = { sentence: await givenSentence(session, sentence, options) };
  const body = sentenceBody.parse(checked(sentenceBody, given));
  printParsed(session, await session.client.parsePolicy({ body }));
}

/** States a policy, for all data sources or for one. */
export async function createPolicy(
  session: Session,
  name: string,
  sentence: string | undefined,
  options: PolicyOptions,
): Promise<void> {
  const { dataSource, active } = options;
  const given = {
    name,
    sentence: await givenSentence(session, sentence, options),
    ...(active === true ? { state: "active" } : {}),
    ...(dataSource === undefined ? {} : { dataSourceId: await dataSourceId(session, dataSource) }),
  };
  const body = policyCreation.parse(checked(policyCreation, given));
  printPolicy(session, warned(session, await session.client.createPolicy({ body })));
}

/** Lets a policy decide, or decide nothing. */
export async function setPolicyState(
  session: Session,
  policy: string,
  state: "staged" | "active",
): Promise<void> {
  const { id: policyId } = await foundPolicy(session, policy);
  warned(session, await session.client.updatePolicy({ params: { policyId }, body: { state } }));
  say(session.terminal, `Policy ${policy} is ${state}.`);
}

/** Changes what is given of a policy; refused where somebody else changed it since it was read. */
export async function updatePolicy(session: Session, policy: string, options: PolicyOptions): Promise<void> {
  const text = await textOption(session.terminal, "--sentence", options.sentence, options.file);
  const given = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(text === undefined ? {} : { sentence: text.trim() }),
  };
  if (Object.keys(given).length === 0) {
    throw new UsageError("Say what to change: --name, --sentence or --file.");
  }
  const body = policyPatch.parse(checked(policyPatch, given));
  const { id: policyId, version } = await foundPolicy(session, policy);
  const changed = await session.client.updatePolicy({ params: { policyId }, body, ifMatch: version });
  printPolicy(session, warned(session, changed));
}

/** Deletes a policy. */
export async function deletePolicy(session: Session, policy: string): Promise<void> {
  const { id: policyId } = await foundPolicy(session, policy);
  await session.client.deletePolicy({ params: { policyId } });
  say(session.terminal, `Policy ${policy} is deleted.`);
}

/** Says on standard error what a sentence names that is not there. */
function warned(session: Session, policy: Policy): Policy {
  for (const warning of policy.warnings) say(session.terminal, `Warning: ${warning}`);
  return policy;
}

async function foundPolicy({ client }: Session, policy: string): Promise<Policy> {
  return isId(idPrefixes.policy, policy)
    ? await client.getPolicy({ params: { policyId: policy } })
    : await byName(items(client.listPolicies, { query: { limit: 200 } }), policy, "policy");
}
