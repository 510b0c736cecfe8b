import type { IntegrationKey } from "#core/dbt/integration.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import {
  DbtCloudError,
  type DbtCloud,
  type DbtCloudAccess,
  type DbtCloudFailure,
  type Patience,
} from "#core/ports/dbt-cloud.ts";

/** Somebody waits for the answer: the adapter's own limits end it in time. */
export const inRequest = (): Patience => ({ signal: new AbortController().signal, until: null });

const words: Readonly<Record<DbtCloudFailure, string>> = {
  unreachable: "dbt Cloud could not be reached",
  "key-refused": "dbt Cloud does not take the key, or the key may not do this",
  "rate-limited": "dbt Cloud answers no more requests of this account for now; try again in five minutes",
  "bad-reply": "what answered does not speak dbt Cloud's Admin API, or has failed",
  "too-large": "dbt Cloud's answer is too large",
};

/** What dbt Cloud's refusal means to whoever asked for it. The adapter's message never holds a key. */
export function cloudProblem(error: unknown): unknown {
  if (!(error instanceof DbtCloudError)) return error;
  const code = error.reason === "key-refused" ? "dbt-cloud-key-refused" : "dbt-cloud-unreachable";
  const detail = `${words[error.reason]}: ${error.message}.`;
  return new DomainError(code, detail, { reason: error.reason, cause: error });
}

/** Asks dbt Cloud within a request; what refuses is the caller's to know. */
export async function askCloud<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw cloudProblem(error);
  }
}

/** Tries a key by asking for the environment that it is to read. */
export async function tryKey(
  cloud: DbtCloud,
  access: DbtCloudAccess,
  { projectId, environmentId }: IntegrationKey,
): Promise<void> {
  const found = await askCloud(() => cloud.environment(access, { projectId, environmentId }, inRequest()));
  if (found !== null) return;
  throw new DomainError(
    "dbt-environment-not-found",
    `With this key, account ${access.accountId} has no environment ${environmentId} in project ${projectId}.`,
  );
}
