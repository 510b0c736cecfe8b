import * as z from "zod";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** What it leaves for its next attempt: of when the removals are that a person was shown, and how much was committed. */
export const syncCheckpoint = z.object({ heldAt: z.string().nullable(), commits: z.number() });

/** What the job is given; once a person let removals be done, who it was and what they were shown. */
export const syncInput = z.object({
  providerId: z.string(),
  approvedBy: z.string().optional(),
  approvedOf: syncCheckpoint.nullish(),
});

/** The checkpoint of an attempt that has none yet. */
export const nothingHeld: z.output<typeof syncCheckpoint> = { heldAt: null, commits: 0 };

/** Brings people and groups in step with a directory. Of one provider one goes after the other. */
export const identitySyncJob = (ids: Ids, asked: Asked, { id, name }: IdentityProvider): Job =>
  newJob(ids, asked, {
    type: "identity-sync",
    line: id,
    subject: { type: "identity-provider", id, name },
    input: syncInput.parse({ providerId: id }),
    total: 0,
  });
