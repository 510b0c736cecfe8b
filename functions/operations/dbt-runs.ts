import { askForRuns, type AskForRunsDeps } from "#core/dbt/integrations/ask-for-runs.ts";

/**
 * Makes up for webhooks that were lost: run on a schedule. Fails where one integration could not be asked for, so that
 * somebody looks; the others were.
 */
export const dbtRuns = (parts: AskForRunsDeps) => async (): Promise<void> => {
  const report = await askForRuns(parts);
  parts.log.info("asked dbt Cloud for runs", { ...report });
  if (report.failed > 0) throw new Error(`dbt Cloud could not be asked for ${report.failed} integrations`);
};
