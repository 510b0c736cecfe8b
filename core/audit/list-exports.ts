import * as z from "zod";
import type { Routes } from "#contracts/http/routes.ts";
import { authorize } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { AuditDeps } from "#core/audit/list-audit.ts";
import { audited } from "#core/audit/record.ts";
import type { UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";

/** What was exported of the audit, newest first: the first item is the chain's head. AUDIT alone; each reading is recorded. */
export const listAuditExports =
  ({ store, clock, ids, cursors }: AuditDeps): UseCase<Routes["listAuditExports"]> =>
  async ({ query }, call) => {
    authorize(call.user, "audit:read", deployment);
    await store.commit([
      audited(ids, clock.now(), call, {
        action: "audit:read",
        resource: { type: "audit", id: "exports" },
      }),
    ]);
    return await fillPage(cursors, "audit-exports", query, z.number(), {
      read: async (before, limit) => {
        const items = await store.auditExports(before, limit);
        return { items, next: items.length < limit ? null : (items.at(-1)?.number ?? null) };
      },
      positionOf: ({ number }) => number,
      show: (one) => ({ ...one }),
    });
  };
