import type { ReeveClient } from "#client/client.ts";
import type { Summary } from "../actions/audit-verify.ts";
import type { Anchor } from "../verification/check-chain.ts";
import type { Finding } from "../verification/finding.ts";
import { cell } from "./derived-columns.ts";
import type { Column } from "./table.ts";

type AuditRecord = Awaited<ReturnType<ReeveClient["listAudit"]>>["items"][number];
type AuditExport = Awaited<ReturnType<ReeveClient["listAuditExports"]>>["items"][number];

export const auditColumns: readonly Column<AuditRecord>[] = [
  { title: "at", value: ({ at }) => at, whole: true },
  { title: "actor", value: ({ actor }) => actor },
  { title: "action", value: ({ action }) => action },
  { title: "resource", value: ({ resource: { type, id } }) => `${type}:${id}` },
  { title: "outcome", value: ({ outcome }) => outcome },
  { title: "address", value: ({ address }) => address ?? "" },
  { title: "request", value: ({ requestId }) => requestId },
  { title: "details", value: ({ details }) => cell(details) },
];

export const auditExportColumns: readonly Column<AuditExport>[] = [
  { title: "number", value: ({ number }) => String(number), align: "right" },
  { title: "from", value: ({ from }) => from },
  { title: "to", value: ({ to }) => to },
  { title: "records", value: ({ count }) => String(count), align: "right" },
  { title: "object", value: ({ object }) => object },
  { title: "sha256", value: ({ sha256 }) => sha256 },
  { title: "at", value: ({ at }) => at },
];

export const findingColumns: readonly Column<Finding>[] = [
  { title: "object", value: ({ object }) => object },
  { title: "line", value: ({ line }) => (line === null ? "" : String(line)), align: "right" },
  { title: "problem", value: ({ problem }) => problem },
  { title: "detail", value: ({ detail }) => detail },
];

const comparisons: Readonly<Record<Anchor["by"], string>> = {
  nothing: "nothing",
  hash: "the given head",
  service: "what the service lists",
};

/** What was verified, for a person. */
export const verifiedPairs = ({
  objects,
  records,
  from,
  to,
  head,
  comparedWith,
}: Summary & { readonly comparedWith: Anchor["by"] }): readonly (readonly [string, string])[] => [
  ["objects", String(objects)],
  ["records", String(records)],
  ["from", from ?? ""],
  ["to", to ?? ""],
  ["head", head ?? ""],
  ["held against", comparisons[comparedWith]],
];
