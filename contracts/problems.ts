import * as z from "zod";

/**
 * Every error code that Reeve answers with, its HTTP status and its title. The list is closed: each
 * code has a page at `docs/errors/<code>.md`, and a test keeps both in step.
 */
export const problems = {
  "malformed-json": { status: 400, title: "The body is not JSON" },
  "invalid-request": { status: 400, title: "The request has invalid fields" },
  "filter-too-broad": { status: 400, title: "The filter is too broad" },
  "invalid-cursor": { status: 400, title: "The cursor was not made by this list" },
  unauthenticated: { status: 401, title: "Valid credentials are needed" },
  "invitation-invalid": { status: 401, title: "The invitation is not valid" },
  "sign-in-failed": { status: 401, title: "Signing in did not succeed" },
  "webhook-signature-invalid": { status: 401, title: "The webhook's signature does not match" },
  forbidden: { status: 403, title: "You may not do this" },
  "not-found": { status: 404, title: "There is no such thing, or you may not know of it" },
  "method-not-allowed": { status: 405, title: "This path has other methods" },
  "connection-name-taken": { status: 409, title: "A connection has this name" },
  "connection-in-use": { status: 409, title: "Data sources use this connection" },
  "connection-gone": { status: 409, title: "The data source's connection is gone" },
  "data-source-name-taken": { status: 409, title: "A data source has this name" },
  "data-source-exists": { status: 409, title: "This table is a data source already" },
  "tag-name-taken": { status: 409, title: "A tag has this name" },
  "query-name-taken": { status: 409, title: "A query of this data source has this name" },
  "integration-exists": { status: 409, title: "This dbt Cloud environment is integrated already" },
  "integration-deleting": { status: 409, title: "The integration is being deleted" },
  "identity-provider-exists": { status: 409, title: "An identity provider has this issuer" },
  "approval-required": { status: 409, title: "A policy asks for an approval, or for groups and attributes" },
  "member-exists": { status: 409, title: "This principal is a member already" },
  "group-name-taken": { status: 409, title: "A group has this name" },
  "group-from-provider": { status: 409, title: "The identity provider says this of its group" },
  "self-change": { status: 409, title: "Nobody changes their own rights" },
  "last-administrator": { status: 409, title: "The last administrator stays" },
  "duties-separated": { status: 409, title: "Nobody may have both USER_ADMIN and GOVERNANCE" },
  "privileged-service-user": {
    status: 409,
    title: "A service user with USER_ADMIN, GOVERNANCE or AUDIT has no keys",
  },
  "external-username-taken": { status: 409, title: "Somebody else has this external username" },
  "already-joined": { status: 409, title: "The user needs no invitation" },
  "last-owner": { status: 409, title: "Nobody would be left to own it who can act" },
  "access-not-requestable": { status: 409, title: "Nobody may ask for this" },
  "request-state": { status: 409, title: "The request is in another state" },
  "self-approval": { status: 409, title: "Nobody decides their own request" },
  "job-state": { status: 409, title: "The job is in another state" },
  contention: { status: 409, title: "Others are changing the same thing" },
  "version-mismatch": { status: 412, title: "It was changed since you read it" },
  "body-too-large": { status: 413, title: "The body is larger than 1 MiB" },
  "unsupported-media-type": { status: 415, title: "The body must be application/json" },
  "check-not-available": { status: 422, title: "This check does not exist for the data source" },
  "column-not-found": { status: 422, title: "The dictionary has no such column" },
  "connection-failed": { status: 422, title: "The remote database refused" },
  "credentials-required": { status: 422, title: "This change needs the credentials again" },
  "dbt-artifact-invalid": { status: 422, title: "An artifact of the dbt run cannot be read" },
  "dbt-cloud-key-refused": { status: 422, title: "dbt Cloud refused the key" },
  "dbt-cloud-unreachable": { status: 422, title: "dbt Cloud could not be asked" },
  "dbt-environment-not-found": { status: 422, title: "dbt Cloud has no such environment" },
  "dbt-run-not-found": { status: 422, title: "dbt Cloud has no such run of this environment" },
  "dbt-run-unusable": { status: 422, title: "The dbt run does not belong to this integration" },
  "dictionary-from-remote": { status: 422, title: "The remote database tells the columns" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key was used for another request" },
  "identity-provider-not-synced": { status: 409, title: "The identity provider has nothing to sync" },
  "identity-provider-unreachable": { status: 422, title: "The identity provider could not be asked" },
  "ingest-needs-object-backed": { status: 422, title: "Only object-backed data sources have ingest users" },
  "principal-not-found": { status: 422, title: "There is no such user or group" },
  "sentence-invalid": { status: 422, title: "The sentence is not understood" },
  "scope-required": { status: 422, title: "A global policy says which data sources it is about" },
  "reserved-schema": { status: 422, title: "This schema is never exposed" },
  "table-not-found": { status: 422, title: "The remote database has no such table" },
  "tag-in-use": { status: 409, title: "The tag is in use" },
  "tag-below-itself": { status: 422, title: "A tag cannot stand below itself" },
  "tag-not-found": { status: 422, title: "There is no such tag" },
  "thread-full": { status: 422, title: "The thread holds as much as a thread may" },
  "too-many-administrators": { status: 422, title: "At most 1,000 users have such a permission" },
  "too-many-attributes": {
    status: 422,
    title: "There are too many attributes, or too long ones",
  },
  "too-many-columns": { status: 422, title: "The table has more than 1,600 columns" },
  "too-many-policies": { status: 422, title: "There are at most 1,000 policies" },
  "too-many-groups": { status: 422, title: "There are at most 1,000 groups" },
  "too-many-keys": { status: 422, title: "A user has at most 50 API keys" },
  "too-many-members": { status: 422, title: "There are more members than there may be" },
  "too-many-queries": { status: 422, title: "A data source has at most 100 saved queries" },
  "too-many-tags": { status: 422, title: "A data source or column carries at most 100 tags" },
  "too-many-threads": { status: 422, title: "A data source has at most 1,000 threads" },
  "internal-error": { status: 500, title: "Something went wrong on our side" },
  "job-dead-lettered": { status: 500, title: "The job failed at every attempt" },
  unavailable: { status: 503, title: "Reeve cannot reach its own storage" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A code from the closed list. */
export type ProblemCode = keyof typeof problems;

/** All codes, for iteration. */
export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** The media type of every error body (RFC 9457 §3). */
export const problemMediaType = "application/problem+json";

/** Where a code is explained: the `type` member of the problem. */
export const problemType = (code: ProblemCode): string => `https://reeve.dev/errors/${code}`;

/**
 * One invalid place of the input: a JSON pointer (RFC 6901) and what is wrong there; in a text that Reeve reads, such as
 * a policy's sentence, also where in it.
 */
export const problemError = z.object({
  in: z.enum(["body", "query", "path", "header"]),
  pointer: z.string(),
  detail: z.string(),
  offset: z.int().optional().describe("UTF-16 code units before the place in a text"),
  line: z.int().optional().describe("from 1"),
  column: z.int().optional().describe("from 1, in UTF-16 code units"),
  expected: z.array(z.string()).optional().describe("what could stand there"),
  near: z.string().optional().describe("what stands there; empty at the end"),
});
export type ProblemError = z.infer<typeof problemError>;

/** The body of every error (RFC 9457). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe("the request id, also in our log"),
    code: z.enum(problemCodes),
    reason: z.string().optional().describe("the remote database's reason, where there is one"),
    errors: z.array(problemError).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problem>;
