import { checksRequest, tagsRequest } from "#contracts/resources/data-source.ts";
import { checked } from "../input/check.ts";
import { printDataSource } from "../output/data-source.ts";
import type { Session } from "../session.ts";
import { say } from "../terminal.ts";
import { printJob } from "../output/job.ts";
import { dataSourceId } from "./resolve.ts";
import { watchJob } from "./watch.ts";

/** Runs checks. Watched, they decide the exit code. */
export async function runChecks(
  session: Session,
  name: string,
  { check, watch }: { readonly check?: readonly string[]; readonly watch?: true },
): Promise<void> {
  const body = checksRequest.parse(checked(checksRequest, check === undefined ? {} : { checks: check }));
  const params = { dataSourceId: await dataSourceId(session, name) };
  const job = await session.client.runChecks({ params, body });
  if (watch === true) await watchJob(session, job.id);
  else printJob(session, job);
}

/** Makes the fingerprint. Watched, it decides the exit code. */
export async function runFingerprint(
  session: Session,
  name: string,
  { watch }: { readonly watch?: true },
): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name) };
  const job = await session.client.runFingerprint({ params });
  if (watch === true) await watchJob(session, job.id);
  else printJob(session, job);
}

/** Puts tags on a data source. */
export async function addTags(session: Session, name: string, tags: readonly string[]): Promise<void> {
  const body = tagsRequest.parse(checked(tagsRequest, { tags }));
  const params = { dataSourceId: await dataSourceId(session, name) };
  printDataSource(session, await session.client.addTags({ params, body }));
}

/** Takes a tag off; with `keepAway` dbt does not put it there again. */
export async function removeTag(
  session: Session,
  name: string,
  tag: string,
  { keepAway }: { readonly keepAway?: true },
): Promise<void> {
  const params = { dataSourceId: await dataSourceId(session, name), name: tag };
  await session.client.removeTag({ params, query: keepAway === true ? { keepAway: "true" } : {} });
  say(session.terminal, `Tag ${tag} is off ${name}.`);
}
