import { checkReport } from "#contracts/resources/check-report.ts";
import { Refusal } from "../failure.ts";
import { formatOf, printList, printOne } from "../output/print.ts";
import type { Column } from "../output/table.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { demandSuccess, followed } from "./watch.ts";

type Finding = ReturnType<typeof checkReport.parse>["findings"][number];

const findingColumns: readonly Column<Finding>[] = [
  { title: "invariant", value: ({ invariant }) => invariant, whole: true },
  { title: "subject", value: ({ subject }) => subject },
  { title: "detail", value: ({ detail }) => detail },
];

/** Checks all that is stored, prints what was found, and fails if that is anything. */
export async function checkTable(session: Session): Promise<void> {
  const { id } = await session.client.checkTable();
  const job = await followed(session, id);
  demandSuccess(session, job);
  const report = checkReport.parse(job.result);
  if (formatOf(session) === "json") printOne(session, report, []);
  else printList(session, findingColumns, report.findings);
  if (report.broken > 0)
    throw new Refusal(
      `${report.broken} finding${report.broken === 1 ? "" : "s"}: not all that is stored fits together.`,
    );
  say(session.terminal, `${report.items} items were read; every invariant holds.`);
}

/** Makes index and lines anew, and waits for it. */
export async function rebuildCatalog(session: Session): Promise<void> {
  const { id } = await session.client.rebuildCatalog();
  const job = await followed(session, id);
  demandSuccess(session, job);
  if (formatOf(session) === "json") printOne(session, job, []);
  else say(session.terminal, "The catalog's index and the lines of jobs were made anew.");
}
