import { analyticsRequest } from "#contracts/resources/data-source.ts";
import { checked } from "../input/check.ts";
import { analysisColumns } from "../output/analysis.ts";
import { printList } from "../output/print.ts";
import type { Session } from "../session.ts";
import { dataSourceId } from "./resolve.ts";

/** Shows what the rows say of columns. */
export async function analyze(session: Session, name: string, columns: readonly string[]): Promise<void> {
  const body = analyticsRequest.parse(checked(analyticsRequest, { columns }));
  const params = { dataSourceId: await dataSourceId(session, name) };
  const { items } = await session.client.analyzeDataSource({ params, body });
  printList(session, analysisColumns, items);
}
