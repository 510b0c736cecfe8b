import * as z from "zod";
import { principal } from "#contracts/resources/fields.ts";
import type { Principal } from "#core/connections/connection.ts";
import { catalogSubject, type Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { StoredPerson } from "#core/people/caller.ts";
import type { Ids } from "#core/ports/clock.ts";

const membership = z.object({ groupId: z.string(), providerId: z.string().nullable() });

/** What the job is given: who is gone, and of a user the groups that list them. */
export const removalInput = z.object({ principal, groups: z.array(membership) });

/** What the job has come to: the phase that it is in, the place behind which it goes on there, and what it did. */
export const removalState = z.object({
  phase: z.int(),
  after: z.string().nullable(),
  result: z.record(z.string(), z.int()),
});
export type RemovalState = z.infer<typeof removalState>;

/** The groups that list a user, whoever says that they are in them: what their removal takes away with the user. */
export const listedIn = ({
  user,
  facts,
}: Pick<StoredPerson, "user" | "facts">): z.infer<typeof removalInput>["groups"] => [
  ...user.groups.map((groupId) => ({ groupId, providerId: null })),
  ...facts.providers.flatMap(({ providerId, groups }) => groups.map((groupId) => ({ groupId, providerId }))),
];

/**
 * The job that takes away what is left of a user or group: roles, memberships, and what waits for them. Enqueue it in the
 * transaction that deletes them. For a user, `groups` is `listedIn` of them as they were.
 */
export const removalJob = (
  ids: Ids,
  asked: Asked,
  gone: { readonly principal: Principal; readonly groups: z.infer<typeof removalInput>["groups"] },
): Job =>
  newJob(ids, asked, {
    type: "principal-removal",
    line: catalogSubject.id,
    subject: catalogSubject,
    input: removalInput.parse(gone),
    total: 1,
  });
