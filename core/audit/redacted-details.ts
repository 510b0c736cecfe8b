import type { AuditRecord } from "#core/audit/audit-record.ts";

/** What of a record's details nobody but AUDIT is told: where somebody sat, and what is known of people. */
const withheld: ReadonlySet<string> = new Set([
  "address",
  "addresses",
  "attributes",
  "attributeValues",
  "userAgent",
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !withheld.has(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, told(inner)]));
}

/** The details as the owner of what they are about is told them. */
export const redactedDetails = ({ details }: Pick<AuditRecord, "details">): AuditRecord["details"] =>
  Object.fromEntries(
    Object.entries(details)
      .filter(([name]) => !withheld.has(name))
      .map(([name, value]) => [name, told(value)]),
  );
