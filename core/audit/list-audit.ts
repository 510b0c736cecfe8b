import * as z from "zod";
import { idPrefixes } from "#contracts/ids.ts";
import type { Routes } from "#contracts/http/routes.ts";
import { can } from "#core/access/can.ts";
import { deployment } from "#core/access/resource.ts";
import type { AuditRecord } from "#core/audit/audit-record.ts";
import { audited } from "#core/audit/record.ts";
import { shownRecord } from "#core/audit/shown-record.ts";
import type { Call, UseCase } from "#core/call/call.ts";
import { fillPage } from "#core/call/fill-page.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { AuditQuery } from "#core/ports/audit-store.ts";
import type { Clock, Ids } from "#core/ports/clock.ts";
import type { Cursors } from "#core/ports/cursors.ts";
import type { Store } from "#core/ports/store.ts";
import { sourceResource } from "#core/sources/read-data-source.ts";

/** What reading the audit needs from outside. */
export interface AuditDeps {
  readonly store: Store;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly ids: Ids;
}

type Query = Parameters<UseCase<Routes["listAudit"]>>[0]["query"];

const position = z.strictObject({ span: z.string(), id: z.string() });
const mostDays = 31;
const dayMs = 86_400_000;
/** So far back goes what is asked for by actor without a beginning; what is asked for by resource goes to its first. */
const actorDays = 400;
const first = "2000-01-01T00:00:00.000Z";

/**
 * What was done, newest first. AUDIT reads all of it; owners read what was done to their own data sources, without
 * addresses, attribute values and whoever was turned away. Each reading is recorded.
 */
export const listAudit =
  (deps: AuditDeps): UseCase<Routes["listAudit"]> =>
  async ({ query }, call) => {
    const { store, clock, ids, cursors } = deps;
    const asked = queryOf(query, clock.now());
    const all = await demandReader(deps, call, asked);
    // Who is not told addresses learns none by asking for one.
    if (!all && asked.address !== null) {
      throw new DomainError("forbidden", undefined, { refused: "audit:read" });
    }
    await store.commit([
      audited(ids, clock.now(), call, {
        action: "audit:read",
        resource: { type: "audit", id: "audit" },
        details: { filter: { ...asked } },
      }),
    ]);
    const { limit, cursor, ...filter } = query;
    return await fillPage(cursors, `audit/${JSON.stringify(filter)}`, { limit, cursor }, position, {
      read: async (after, wanted) => {
        const { items, next } = await store.auditTrail(asked, after, wanted);
        return { items: items.filter(({ outcome }) => all || outcome !== "denied"), next };
      },
      positionOf: (record) => ({ span: spanOf(asked, record), id: record.id }),
      show: (record) => shownRecord(record, all),
    });
  };

/** The month or day that a record lies in, by what is asked. */
function spanOf({ resource, actor }: AuditQuery, { at }: AuditRecord): string {
  if (resource !== null) return "";
  return at.slice(0, actor === null ? 10 : 7);
}

/** Whether the caller reads all of it; throws where they may not read what they ask for. */
async function demandReader({ store }: AuditDeps, call: Call, { resource }: AuditQuery): Promise<boolean> {
  if (can(call.user, "audit:read", deployment)) return true;
  if (resource?.type !== "data-source")
    throw new DomainError("forbidden", undefined, { refused: "audit:read" });
  const view = await store.dataSource(resource.id, call.user.principals);
  const owns = view !== null && can(call.user, "data-source:update", sourceResource(call.user, view));
  // Whoever is no owner learns nothing of whether it is there.
  if (!owns) throw new DomainError("forbidden", undefined, { refused: "audit:read" });
  return false;
}

const kinds: Readonly<Record<string, string>> = {
  [idPrefixes.dataSource]: "data-source",
  [idPrefixes.connection]: "connection",
  [idPrefixes.job]: "job",
  [idPrefixes.tag]: "tag",
  [idPrefixes.thread]: "thread",
  [idPrefixes.user]: "user",
  [idPrefixes.group]: "group",
  [idPrefixes.policy]: "policy",
  [idPrefixes.integration]: "integration",
  [idPrefixes.identityProvider]: "identity-provider",
  [idPrefixes.accessRequest]: "access-request",
};

/** `<type>:<id>`, or an id of ours alone. */
function resourceOf(text: string): NonNullable<AuditQuery["resource"]> {
  const colon = text.indexOf(":");
  if (colon > 0) return { type: text.slice(0, colon), id: text.slice(colon + 1) };
  return { type: kinds[text.slice(0, text.indexOf("_"))] ?? text, id: text };
}

function queryOf(query: Query, now: Date): AuditQuery {
  const { from, to } = spanAsked(query, now);
  return {
    resource: query.resource === undefined ? null : resourceOf(query.resource),
    actor: query.actor ?? null,
    from: from.toISOString(),
    to: to.toISOString(),
    actions: query.action ?? null,
    outcomes: query.outcome ?? null,
    requestId: query.requestId ?? null,
    address: query.address ?? null,
  };
}

/** From when to when; where nothing else narrows it, a beginning that is not long before the end. */
function spanAsked(
  { actor, resource, ...query }: Query,
  now: Date,
): { readonly from: Date; readonly to: Date } {
  const to = query.to === undefined ? now : new Date(Math.min(Date.parse(query.to), now.getTime()));
  const from =
    query.from === undefined ? null : new Date(Math.max(Date.parse(query.from), Date.parse(first)));
  if (resource !== undefined) return { from: from ?? new Date(first), to };
  if (actor !== undefined) return { from: from ?? new Date(now.getTime() - actorDays * dayMs), to };
  if (from === null) throw tooBroad("/from", "is needed without an actor or a resource");
  if (to.getTime() - from.getTime() > mostDays * dayMs) {
    throw tooBroad("/from", `is more than ${mostDays} days before the end`);
  }
  return { from, to };
}

const tooBroad = (pointer: string, detail: string): DomainError =>
  new DomainError("filter-too-broad", undefined, { errors: [{ in: "query", pointer, detail }] });
