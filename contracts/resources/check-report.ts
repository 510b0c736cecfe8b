import * as z from "zod";

/** What must hold in the table whatever happened, each by its name. */
export const invariants = [
  "everything-can-be-read",
  "guard-has-its-record",
  "record-holds-its-guard",
  "data-source-is-whole",
  "members-are-told-apart",
  "nothing-without-its-data-source",
  "dictionary-is-whole",
  "no-dangling-generation",
  "dbt-layer-has-its-binding",
  "integration-stands",
  "thread-has-its-place",
  "access-request-stands-in-its-lists",
  "access-request-is-approved-by-others",
  "audit-export-follows-on",
  "deleted-has-its-tombstone",
  "saved-query-holds-its-name",
  "connection-stands",
  "group-lists-its-members",
  "principal-is-found",
  "principal-is-there",
  "user-is-listed",
  "nothing-without-its-user",
  "tag-stands",
  "policy-states-its-terms",
  "key-has-its-user",
  "key-is-listed",
  "privileged-service-has-no-key",
  "administrators-are-known",
  "waiting-job-stands-in-line",
  "place-has-its-job",
  "slot-has-its-job",
  "unfinished-job-is-found",
  "no-job-is-lost",
  "job-is-listed",
  "check-waits-for-a-job",
] as const;
export type Invariant = (typeof invariants)[number];

/** How a check of the whole table came out. */
export const checkReport = z.object({
  items: z.int().describe("how many items were read"),
  kinds: z.record(z.string(), z.int()).describe("how many of each kind"),
  broken: z.int().describe("how many findings there are"),
  findings: z
    .array(z.object({ invariant: z.enum(invariants), subject: z.string(), detail: z.string() }))
    .describe("the first hundred"),
  truncated: z.boolean(),
});
export type CheckReport = z.infer<typeof checkReport>;
