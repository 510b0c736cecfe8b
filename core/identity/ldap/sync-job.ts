import * as z from "zod";
import type { IdentityProvider } from "#core/identity/identity-provider.ts";
import type { Job } from "#core/jobs/job.ts";
import { newJob, type Asked } from "#core/jobs/new-job.ts";
import type { Ids } from "#core/ports/clock.ts";

/** What the job is given; `approvedBy` once a person let removals be done. */
export const syncInput = z.object({ providerId: z.string(), approvedBy: z.string().optional() });

/** Brings people and groups in step with a directory. Of one provider one goes after the other. */
export const identitySyncJob = (ids: Ids, asked: Asked, { id, name }: IdentityProvider): Job =>
  newJob(ids, asked, {
    type: "identity-sync",
    line: id,
    subject: { type: "identity-provider", id, name },
    input: syncInput.parse({ providerId: id }),
    total: 0,
  });
