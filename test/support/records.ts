import { emptyDirectory } from "#core/access/directory.ts";
import type { Principal } from "#core/connections/connection.ts";
import { callerOf, type Caller } from "#core/people/caller.ts";
import type { User } from "#core/people/user.ts";
import { noFacts } from "#core/people/user-facts.ts";
import type { SchemaColumn } from "#core/sources/data-source.ts";
import type { Job } from "#core/jobs/job.ts";

let count = 0;
/** A word that no other call in this process returns. */
export const unique = (word: string): string => `${word}${process.pid}x${(count += 1)}`;

/** A countable text column. */
export const aColumn = (given: Partial<SchemaColumn> = {}): SchemaColumn => ({
  id: unique("col_"),
  name: "column",
  ordinal: 1,
  dataType: "text",
  remoteType: "text",
  nullable: true,
  comment: "",
  countable: true,
  inPrimaryKey: false,
  unique: false,
  ...given,
});

/** A person without any permission. */
export const aUser = (given: Partial<User> = {}): User => ({
  id: unique("usr_"),
  name: "Ann",
  email: "ann@example.com",
  kind: "person",
  permissions: [],
  groups: [],
  attributes: {},
  externalUsernames: {},
  disabled: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  version: 1,
  ...given,
});

/** A user as they stand where there are no groups, no providers and no global policies. */
export const aCaller = (user: User = aUser()): Caller =>
  callerOf(
    { user, facts: noFacts(user.id), directory: emptyDirectory },
    new Date("2026-01-01T00:00:00.000Z"),
  );

/** Who asks where nobody but this user does. */
export const asUser = (id: string): readonly Principal[] => [{ type: "user", id }];

/** A health job that waits in its line. */
export const aJob = (given: Partial<Job> = {}): Job => ({
  id: unique("job_"),
  type: "health-check",
  state: "queued",
  line: "con_1",
  subject: { type: "data-source", id: "ds_1", name: "orders" },
  input: {},
  checkpoint: null,
  progress: { done: 0, total: 3 },
  attempts: 0,
  fence: 0,
  admittedAt: null,
  slot: null,
  lease: null,
  cancelRequested: false,
  error: null,
  result: null,
  createdBy: "usr_1",
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  finishedAt: null,
  correlationId: "request-1",
  ...given,
});
