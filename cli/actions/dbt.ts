import { items } from "#client/paging.ts";
import { integrationCreation } from "#contracts/resources/dbt.ts";
import { Refusal, UsageError } from "../failure.ts";
import { textAt } from "../input/assignments.ts";
import { askFor, secret } from "../input/ask.ts";
import { shaped } from "../input/check.ts";
import { treeOf } from "../input/tree.ts";
import {
  integrationColumns,
  integrationName,
  printIntegration,
  removalOf,
  runColumns,
  type Integration,
} from "../output/integration.ts";
import { integrationCommand } from "../output/integration-command.ts";
import { printJob } from "../output/job.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { listed, type ListOptions } from "./listing.ts";
import { connectionId } from "./resolve.ts";
import { demandSuccess, followed } from "./watch.ts";

/** What names an integration. */
export type IntegrationParams = Pick<Integration, "accountId" | "projectId" | "environmentId">;

/** The options of `dbt connect`. */
export interface IntegrationCreation {
  readonly host: string;
  readonly account: string;
  readonly project: string;
  readonly environment: string;
  readonly connection?: string;
  readonly owner?: readonly string[];
  readonly schema?: readonly string[];
  readonly nameTemplate?: string;
  readonly packages: boolean;
  readonly sources: boolean;
  readonly createWebhook?: true;
}

/** Integrates an environment. The key is asked for last, when all else is known to be right. */
export async function connect(session: Session, options: IntegrationCreation): Promise<void> {
  const { connection, nameTemplate, owner = [], schema = [] } = options;
  const fields = [
    textAt(["host"], options.host),
    textAt(["accountId"], options.account),
    textAt(["projectId"], options.project),
    textAt(["environmentId"], options.environment),
    ...(connection === undefined ? [] : [textAt(["connectionId"], await connectionId(session, connection))]),
    ...schema.map((glob) => textAt(["schemas"], glob)),
    ...(nameTemplate === undefined ? [] : [textAt(["nameTemplate"], nameTemplate)]),
    textAt(["includePackages"], String(options.packages)),
    textAt(["includeSources"], String(options.sources)),
    ...(options.createWebhook === true ? [textAt(["createWebhook"], "true")] : []),
  ];
  const owners = owner.map((id) => ({ type: "user" as const, id }));
  const withKey = (apiKey: string) => ({
    ...integrationCreation.parse(
      shaped(integrationCreation, treeOf([...fields, textAt(["apiKey"], apiKey)])),
    ),
    ...(owners.length === 0 ? {} : { owners }),
  });
  withKey("-");
  const body = withKey(await secret(session.terminal, "API key of dbt Cloud", "REEVE_DBT_API_KEY"));
  const made = await session.client.createIntegration({ body });
  printIntegration(session, made);
  if (made.webhookSecretSet) return;
  say(
    session.terminal,
    `In dbt Cloud, send a webhook of completed runs to ${made.webhookUrl}, then hand over its secret:\n` +
      integrationCommand(made, "-X PUT", "-d webhookSecret=@-"),
  );
}

/** The integration that is named, or the only one that there is. */
export async function integrationParams(
  session: Session,
  name: string | undefined,
): Promise<IntegrationParams> {
  if (name !== undefined) return paramsOf(name);
  const [only, ...more] = (await session.client.listIntegrations({ query: { limit: 2 } })).items;
  if (only === undefined) throw new Refusal("There is no integration, or you may not know of it.");
  if (more.length > 0)
    throw new UsageError("There are several integrations: say which, account/project/environment.");
  const { accountId, projectId, environmentId } = only;
  return { accountId, projectId, environmentId };
}

function paramsOf(name: string): IntegrationParams {
  const [, accountId, projectId, environmentId] = /^(\d+)\/(\d+)\/(\d+)$/.exec(name) ?? [];
  if (accountId === undefined || projectId === undefined || environmentId === undefined) {
    throw new UsageError(
      `"${name}" is no integration: name it account/project/environment, such as 1/10/100.`,
    );
  }
  return { accountId, projectId, environmentId };
}

/** How an integration stands; all of them in short where none is named and there are several. */
export async function showStatus(session: Session, name: string | undefined): Promise<void> {
  if (name !== undefined) {
    printIntegration(session, await session.client.getIntegration({ params: paramsOf(name) }));
    return;
  }
  const found: Integration[] = [];
  for await (const one of items(session.client.listIntegrations, { query: { limit: 200 } })) found.push(one);
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) printIntegration(session, only);
  else printList(session, integrationColumns, found);
}

/** What became of the runs of an environment. */
export async function listRuns(
  session: Session,
  name: string | undefined,
  options: ListOptions,
): Promise<void> {
  const params = await integrationParams(session, name);
  const list = ({ query }: { readonly query: { readonly limit: number } }) =>
    session.client.listDbtRuns({ params, query });
  printList(session, runColumns, await listed(session.terminal, list, {}, options));
}

/** Removes an integration with all that it made, after a person has typed its name. */
export async function disconnect(
  session: Session,
  given: string | undefined,
  { yes, wait }: { readonly yes?: true; readonly wait: boolean },
): Promise<void> {
  const params = await integrationParams(session, given);
  if (yes !== true) await confirm(session, await session.client.getIntegration({ params }));
  const job = await session.client.deleteIntegration({ params });
  const ended = wait ? await followed(session, job.id) : job;
  printJob(session, ended);
  if (wait) demandSuccess(session, ended);
}

async function confirm({ terminal }: Session, integration: Integration): Promise<void> {
  const name = integrationName(integration);
  if (!terminal.stdin.isTTY) throw new UsageError(`This removes ${removalOf(integration)}: add --yes.`);
  say(terminal, `This removes ${removalOf(integration)}.`);
  if ((await askFor(terminal, `Type ${name} to go on`, "")) !== name)
    throw new Refusal("Nothing was removed.");
}
