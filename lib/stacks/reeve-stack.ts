import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alarms } from "#lib/constructs/alarms.ts";
import { AuditExportSchedule } from "#lib/constructs/audit-export-schedule.ts";
import { CompactionSchedule } from "#lib/constructs/compaction-schedule.ts";
import { DirectorySchedule } from "#lib/constructs/directory-schedule.ts";
import { DbtSchedule } from "#lib/constructs/dbt-schedule.ts";
import { dbtHostsOf } from "#lib/constructs/dbt-hosts.ts";
import { FirstAdministrator } from "#lib/constructs/first-administrator.ts";
import { HttpFunctions } from "#lib/constructs/http-functions.ts";
import { JobQueue } from "#lib/constructs/job-queue.ts";
import { JobWorkers } from "#lib/constructs/job-workers.ts";
import { networkOf } from "#lib/constructs/network.ts";
import { NightlySchedule } from "#lib/constructs/nightly-schedule.ts";
import { PublicApi } from "#lib/constructs/public-api.ts";
import { ReeveTable } from "#lib/constructs/reeve-table.ts";
import { RemoteFunctions } from "#lib/constructs/remote-functions.ts";
import { SegmentBucket } from "#lib/constructs/segment-bucket.ts";
import { ServiceSecrets } from "#lib/constructs/service-secrets.ts";
import { SweepSchedule } from "#lib/constructs/sweep-schedule.ts";
import { hasUserPool, UserPool } from "#lib/constructs/user-pool.ts";

/** All of Reeve: what is deployed, and nothing about how. */
export class ReeveStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: "Reeve: a catalog of data sources with access governance", ...props });
    const alarms = new Alarms(this);
    const network = networkOf(this);
    const dbtHosts = dbtHostsOf(this);
    const table = new ReeveTable(this, "Table", alarms);
    const secrets = new ServiceSecrets(this, "Secrets");
    const segments = new SegmentBucket(this, "Segments");
    const queue = new JobQueue(this, "Queue", alarms);
    const remote = new RemoteFunctions(this, "Remote", { secrets, network, alarms });
    const { byGroup } = new HttpFunctions(this, "Http", {
      table,
      queue,
      secrets,
      remote,
      segments,
      dbtHosts,
      alarms,
    });
    const api = new PublicApi(this, "Api", { functions: byGroup, alarms });
    new JobWorkers(this, "Workers", { table, queue, secrets, segments, dbtHosts, network, alarms });
    new SweepSchedule(this, "Sweep", { table, queue, secrets, alarms });
    new NightlySchedule(this, "Nightly", { table, queue, alarms });
    new DbtSchedule(this, "DbtRuns", { table, queue, secrets, dbtHosts, alarms });
    new DirectorySchedule(this, "Directories", { table, queue, alarms });
    new CompactionSchedule(this, "Compaction", { table, segments, alarms });
    const { bucketName } = new AuditExportSchedule(this, "Audit", { table, alarms });
    new FirstAdministrator(this, "FirstAdministrator", { table, secrets, alarms });
    if (hasUserPool(this)) {
      const { poolId } = new UserPool(this, "UserPool", { table, api, alarms });
      new CfnOutput(this, "UserPoolId", { value: poolId, description: "Where people are let in from" });
    }
    new CfnOutput(this, "ApiUrl", { value: api.url, description: "Where the API answers" });
    new CfnOutput(this, "AuditBucketName", { value: bucketName, description: "Where the audit is exported" });
    new CfnOutput(this, "AdministratorSecretName", {
      value: secrets.administratorName,
      description: "Holds the first administrator's API key: read it once, then delete it",
    });
  }
}
