import * as z from "zod";

/** The body of a message on the jobs queue, version 1. The table holds the job; the message only names it. */
export const jobMessage = z.object({ v: z.literal(1), jobId: z.string().min(1).max(200) });
export type JobMessage = z.infer<typeof jobMessage>;

/** How often a message is delivered before it goes to the dead letters. */
export const maxDeliveries = 3;

/** Message attribute that carries the id of the request that caused the job. */
export const correlationAttribute = "correlationId";
