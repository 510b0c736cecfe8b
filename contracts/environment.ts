import * as z from "zod";

/*
 * The environment of every function, by what it needs. The function parses its own schema once at load
 * and fails by the variable's name; CDK must provide exactly the schema's keys, or it does not compile.
 */
const table = { TABLE_NAME: z.string().min(1) };
const queue = { JOBS_QUEUE_URL: z.string().min(1) };
const secrets = { SECRETS_PREFIX: z.string().min(1) };
const segments = { SEGMENTS_BUCKET: z.string().min(1) };
/** Base URLs that may be asked beside dbt Cloud's own hosts, separated by commas; mostly empty. */
const dbtHosts = { REEVE_DBT_HOSTS: z.string() };
const remote = { REMOTE_FUNCTION_PREFIX: z.string().min(1) };

export const systemEnvironment = z.object({});
export const peopleEnvironment = z.object({ ...table, ...queue, ...secrets, ...segments });
export const accessEnvironment = z.object({ ...table, ...queue, ...secrets, ...segments });
export const identityEnvironment = z.object({ ...table, ...queue, ...secrets });
export const auditEnvironment = z.object({ ...table, ...secrets });
export const connectionsEnvironment = z.object({ ...table, ...queue, ...secrets, ...remote });
export const catalogEnvironment = z.object({ ...table, ...queue, ...secrets, ...remote, ...segments });
export const dbtEnvironment = z.object({ ...table, ...queue, ...secrets, ...dbtHosts });
export const webhooksEnvironment = z.object({ ...table, ...queue, ...secrets });
export const jobsEnvironment = z.object({ ...table, ...queue, ...secrets });
export const remoteEnvironment = z.object({ ...secrets });
export const workerEnvironment = z.object({ ...table, ...queue, ...secrets, ...segments, ...dbtHosts });
export const deadLettersEnvironment = z.object({ ...table, ...queue });
export const sweepEnvironment = z.object({ ...table, ...queue, ...secrets });
export const nightlyEnvironment = z.object({ ...table, ...queue });
export const dbtRunsEnvironment = z.object({ ...table, ...queue, ...secrets, ...dbtHosts });
export const directoriesEnvironment = z.object({ ...table, ...queue });
export const compactionEnvironment = z.object({ ...table, ...segments });
export const auditExportEnvironment = z.object({ ...table, AUDIT_BUCKET: z.string().min(1) });
export const bootstrapEnvironment = z.object({ ...table, ...secrets });
export const userPoolEnvironment = z.object({
  ...table,
  USER_POOL_ISSUER: z.url(),
  USER_POOL_CLIENT_ID: z.string().min(1),
});
