import type { ReeveClient } from "#client/client.ts";
import { integrationCommand } from "./integration-command.ts";
import { printOne, type Printer } from "./print.ts";
import type { Column } from "./table.ts";

export type Integration = Awaited<ReturnType<ReeveClient["getIntegration"]>>;
export type Run = Awaited<ReturnType<ReeveClient["listDbtRuns"]>>["items"][number];

/** What an integration is called here. */
export const integrationName = ({
  accountId,
  projectId,
  environmentId,
}: Pick<Integration, "accountId" | "projectId" | "environmentId">): string =>
  `${accountId}/${projectId}/${environmentId}`;

/** What became of a run, in a word or two. */
const cameOf = ({ outcome, state }: Run): string => outcome ?? state ?? "";

const lastRunOf = ({ lastRun }: Integration): string =>
  lastRun === null ? "none yet" : [lastRun.runId, cameOf(lastRun), lastRun.reason].filter(Boolean).join(" ");

/** A line of the list. */
export const integrationColumns: readonly Column<Integration>[] = [
  { title: "integration", value: integrationName, whole: true },
  { title: "host", value: ({ host }) => host },
  { title: "state", value: ({ state }) => state },
  { title: "data sources", value: ({ dataSourceCount }) => String(dataSourceCount), align: "right" },
  { title: "last run", value: lastRunOf },
];

/** A line of the list of runs. */
export const runColumns: readonly Column<Run>[] = [
  { title: "run", value: ({ runId }) => runId, whole: true },
  { title: "outcome", value: cameOf },
  { title: "created", value: ({ created }) => String(created), align: "right" },
  { title: "updated", value: ({ updated }) => String(updated), align: "right" },
  { title: "deleted", value: ({ deleted }) => String(deleted), align: "right" },
  { title: "at", value: ({ at }) => at },
  { title: "reason", value: ({ reason }) => reason },
  { title: "job", value: ({ jobId }) => jobId ?? "", whole: true },
];

/** What a removal would take away, in words. */
export const removalOf = ({ dataSourceCount }: Integration): string =>
  dataSourceCount === 1
    ? "the integration and the data source that it made"
    : `the integration and the ${dataSourceCount} data sources that it made`;

/** One integration, with what it takes to give it a new key and to remove it. */
export function printIntegration(printer: Printer, integration: Integration): void {
  printOne(printer, integration, [
    ["integration", integrationName(integration)],
    ["host", integration.host],
    ["connection", integration.connectionId ?? "none: dbt alone tells of its tables"],
    ["owners", integration.owners.map(({ type, id }) => `${type} ${id}`).join(", ")],
    ["schemas", integration.schemas?.join(", ") ?? "all"],
    ["names", integration.nameTemplate],
    ["state", integration.state],
    ["data sources", String(integration.dataSourceCount)],
    ["last run", lastRunOf(integration)],
    ["webhook", integration.webhookUrl],
    ["webhook secret", integration.webhookSecretSet ? "set" : "missing: no delivery is believed"],
    ["a new key", integrationCommand(integration, "-X PUT", "-d apiKey=@-")],
    ["to remove it", integrationCommand(integration, "-X DELETE")],
    ["that removes", removalOf(integration)],
  ]);
}
