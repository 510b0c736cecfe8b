import * as z from "zod";
import type { activityRecord } from "#contracts/resources/activity.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize, can } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import { mergeNewest } from "#core/audit/merge-newest.ts";
import { redactedDetails } from "#core/audit/redacted-details.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { DataSource } from "#core/sources/data-source.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";
import type { SourceDeps } from "#core/sources/source-deps.ts";

/** The audit records about a data source, newest first: its own, and those of bulk work that touched it. */
export const listActivity =
  ({ store, cursors }: SourceDeps): UseCase<Routes["listActivity"]> =>
  async ({ params, query }, call) => {
    const view = await store.dataSource(params.dataSourceId, call.user.principals);
    if (view === null) throw new DomainError("not-found");
    const { dataSource } = view;
    authorize(call.user, "activity:read", { type: "activity", dataSource: sourceResource(call.user, view) });
    const all = can(call.user, "audit:read", deployment);
    const ofBulk = await bulkRecords(store, dataSource);
    return await fillPage(cursors, `activity/${dataSource.id}`, query, z.string(), {
      read: async (after, limit) => {
        const own = await store.activity("data-source", dataSource.id, after, limit);
        const merged = mergeNewest(own.items, ofBulk, after, limit);
        return {
          items: merged.filter(({ outcome }) => all || outcome !== "denied"),
          next: merged.length < limit ? null : (merged.at(-1)?.id ?? null),
        };
      },
      positionOf: ({ id }) => id,
      show: (record) => show(record, all),
    });
  };

/** The records of bulk work, each as if it were about this data source alone. */
async function bulkRecords(
  store: SourceDeps["store"],
  { id, auditedIn }: DataSource,
): Promise<readonly AuditRecord[]> {
  const records = await store.auditRecords(
    auditedIn.map(({ jobId, auditId }) => ({ resource: { type: "job", id: jobId }, id: auditId })),
  );
  return records.map((record) => ({
    ...record,
    resource: { type: "data-source", id },
    details: {
      ...Object.fromEntries(Object.entries(record.details).filter(([name]) => name !== "dataSourceIds")),
      jobId: record.resource.id,
    },
  }));
}

function show(record: AuditRecord, all: boolean): z.output<typeof activityRecord> {
  const { id, at, actor, action, resource, outcome, details } = record;
  return {
    id,
    at,
    actor,
    action,
    resource,
    outcome,
    details: { ...(all ? details : redactedDetails(record)) },
  };
}
