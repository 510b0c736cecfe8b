import type { ReeveClient } from "#client/client.ts";
import { formatOf, printOne, type Printer } from "./print.ts";
import { severalLines } from "./safe-text.ts";
import type { Column } from "./table.ts";

export type Policy = Awaited<ReturnType<ReeveClient["getPolicy"]>>;
type Bearing = Awaited<ReturnType<ReeveClient["listSourcePolicies"]>>["items"][number];
type Parsed = Awaited<ReturnType<ReeveClient["parsePolicy"]>>;

const about = ({ dataSourceId }: Pick<Policy, "dataSourceId">): string => dataSourceId ?? "all";

/** A line of the list of policies. */
export const policyColumns: readonly Column<Policy>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "state", value: ({ state }) => state },
  { title: "about", value: about },
  { title: "sentence", value: ({ sentence }) => sentence },
];

/** A line of the list of policies that bear on a data source. */
export const bearingColumns: readonly Column<Bearing>[] = [
  { title: "id", value: ({ id }) => id, whole: true },
  { title: "name", value: ({ name }) => name },
  { title: "about", value: about },
  { title: "applies", value: ({ applies }) => (applies ? "yes" : "no") },
  { title: "why", value: ({ why }) => why },
  { title: "sentence", value: ({ sentence }) => sentence ?? "" },
];

/** A policy with all that is told of it. */
export const printPolicy = (printer: Printer, policy: Policy): void =>
  printOne(printer, policy, [
    ["id", policy.id],
    ["name", policy.name],
    ["kind", policy.kind],
    ["state", policy.state],
    ["about", about(policy)],
    ["sentence", policy.sentence],
    ...policy.warnings.map((warning) => ["warning", warning] as const),
    ["created", `${policy.createdAt} by ${policy.createdBy}`],
    ["updated", policy.updatedAt],
    ["version", String(policy.version)],
  ]);

/** A sentence that was understood: as everybody writes it for people, with what it says for programs. */
export function printParsed(printer: Printer, parsed: Parsed): void {
  if (formatOf(printer) === "table") printer.terminal.stdout.write(`${severalLines(parsed.canonical)}\n`);
  else {
    printOne(printer, parsed, [
      ["kind", parsed.kind],
      ["canonical", parsed.canonical],
      ["ast", JSON.stringify(parsed.ast)],
    ]);
  }
}
