import type { Routes } from "#contracts/http/routes.ts";
import { retryConflict, staleAside } from "#core/call/retry-conflict.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { integrationName, type Integration, type IntegrationKey } from "#core/dbt/integration.ts";
import { askedBySystem } from "#core/dbt/integrations/integration-jobs.ts";
import { believedSecrets } from "#core/dbt/integrations/integration-secrets.ts";
import { keptSecrets, refOfNobody, type KeptSecrets } from "#core/dbt/integrations/kept-secrets.ts";
import { isSettled, queueRun } from "#core/dbt/integrations/queue-run.ts";
import { toldBy, verdictOn, type Told, type Verdict } from "#core/dbt/integrations/webhook-delivery.ts";
import type { DeliveryRecord, RunRecord } from "#core/dbt/run-record.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import { dispatch, type DispatchDeps } from "#core/jobs/dispatch.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Write } from "#core/ports/change.ts";
import type { Ids } from "#core/ports/clock.ts";
import type { SecretStore } from "#core/ports/secrets.ts";
import type { Signatures } from "#core/ports/signatures.ts";
import type { Store } from "#core/ports/store.ts";

/** What taking a webhook needs from outside. */
export interface WebhookDeps extends DispatchDeps {
  readonly store: Store;
  readonly secrets: Pick<SecretStore, "get">;
  readonly signatures: Signatures;
  readonly ids: Ids;
}

/**
 * Takes word of a run and queues its sync, whatever dbt Cloud's own API is doing. Unknown integrations, those without
 * a secret, those that are going and signatures that do not match are all refused alike.
 */
export function receiveDbtWebhook(deps: WebhookDeps): UseCase<Routes["receiveDbtWebhook"]> {
  const kept = keptSecrets(deps.secrets);
  return async ({ params, signed: { bytes, signature } }, call) => {
    const integration = await provenIntegration(deps, kept, params, bytes, signature);
    const job = await record(deps, call, integration, { told: toldBy(bytes), bytes });
    await dispatch(deps, job);
    return { received: true };
  };
}

const notProven = (): DomainError =>
  new DomainError(
    "webhook-signature-invalid",
    "The body must be signed by HMAC-SHA256 with the webhook's secret, in lower-case hex, in `Authorization`.",
  );

/** As many as may hold at a time: so many signatures are made of each body, believed or not. */
const mostBelieved = 2;

/** The integration that a body is signed for. Whether there is one, no answer and no time that it takes tells. */
async function provenIntegration(
  { store, signatures, clock }: WebhookDeps,
  kept: KeptSecrets,
  key: IntegrationKey,
  bytes: Uint8Array,
  signature: string,
): Promise<Integration> {
  const integration = await store.integration(key);
  const active = integration?.state === "active" ? integration : null;
  const nobody = refOfNobody(signatures.digest(new TextEncoder().encode(integrationName(key))));
  const believed = believedSecrets(await kept.of(active?.secretRef ?? nobody), clock.now());
  const secrets = Array.from({ length: mostBelieved }, (_, index) => believed[index] ?? null);
  const matches = secrets.map((secret) => {
    const same = signatures.same(signatures.sign(secret ?? nobody, bytes), signature);
    return same && secret !== null;
  });
  if (active === null || !matches.includes(true)) throw notProven();
  return active;
}

interface Delivered {
  readonly told: Told;
  readonly bytes: Uint8Array;
}

/** Keeps what came, with the job that it makes; null where it makes none. */
async function record(
  deps: WebhookDeps,
  call: Call,
  integration: Integration,
  delivered: Delivered,
): Promise<Job | null> {
  const { store, clock, signatures, log } = deps;
  const { told, bytes } = delivered;
  const eventId = told.eventId ?? `sha256:${signatures.digest(bytes)}`;
  const repeated = new DomainError("contention");
  try {
    return await retryConflict({ ifMatch: null }, async () => {
      const at = clock.now();
      const { outcome, job, writes } = await consequence(deps, call, integration, told, at);
      const record: DeliveryRecord = {
        integrationId: integration.id,
        eventId,
        eventType: told.eventType,
        runId: told.runId,
        receivedAt: at.toISOString(),
        outcome,
      };
      await store.commit([
        { write: "create", kind: "dbt-delivery", record, otherwise: repeated },
        { write: "require-integration", integration, otherwise: notProven() },
        ...writes,
      ]);
      log.info("took word of a run", { integrationId: integration.id, runId: told.runId, outcome });
      return job;
    });
  } catch (error) {
    // The same event once more: what it makes was made.
    if (error === repeated) return null;
    throw error;
  }
}

interface Consequence {
  readonly outcome: DeliveryRecord["outcome"];
  readonly job: Job | null;
  readonly writes: readonly Write[];
}

const nothing = (outcome: DeliveryRecord["outcome"], writes: readonly Write[] = []): Consequence => ({
  outcome,
  job: null,
  writes,
});

/** What a delivery comes to as things stand. */
async function consequence(
  { store, ids }: WebhookDeps,
  call: Call,
  integration: Integration,
  told: Told,
  at: Date,
): Promise<Consequence> {
  const { runId } = told;
  const verdict: Verdict = verdictOn(told, integration);
  if (runId === null || verdict === "no-run") return nothing("no-run");
  if (verdict === "other-account" || verdict === "not-a-completed-run") return nothing(verdict);
  const known = await store.runRecord(integration.id, runId);
  if (verdict === "other-environment") return nothing(verdict, strange(integration, told, runId, known, at));
  if (known !== null && (await isSettled(store, known))) return nothing("duplicate");
  const queued = queueRun(ids, askedBySystem(at, call.requestId), integration, runId, known);
  return { outcome: "accepted", ...queued };
}

/** A run of another environment of the account is kept as one that is none of ours, unless more is known of it. */
function strange(
  { id }: Integration,
  { environmentId }: Told,
  runId: string,
  known: RunRecord | null,
  at: Date,
): readonly Write[] {
  if (known !== null) return [];
  const record: RunRecord = {
    integrationId: id,
    runId,
    jobId: null,
    outcome: "ignored",
    reason: `other-environment: it ran in environment ${environmentId ?? "unknown"}`,
    created: 0,
    updated: 0,
    deleted: 0,
    at: at.toISOString(),
  };
  return [{ write: "create", kind: "dbt-run", record, otherwise: staleAside() }];
}
