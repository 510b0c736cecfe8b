import { Size } from "aws-cdk-lib";
import { Construct } from "constructs";
import { deadLettersEnvironment, workerEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import { deadLetterTimeout, workerTimeout, type JobQueue } from "./job-queue.ts";
import type { Network } from "./network.ts";
import type { ReeveTable } from "./reeve-table.ts";
import type { SegmentBucket } from "./segment-bucket.ts";
import { ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/** What workers work with. */
export interface JobWorkersProps {
  readonly table: ReeveTable;
  readonly queue: JobQueue;
  readonly secrets: ServiceSecrets;
  readonly segments: SegmentBucket;
  /** As `dbtHostsOf` gave them. */
  readonly dbtHosts: string;
  readonly network: Network | null;
  readonly alarms: Alarms;
}

/** What runs jobs, and what leaves those failed that could not be run. */
export class JobWorkers extends Construct {
  constructor(scope: Construct, id: string, props: JobWorkersProps) {
    super(scope, id);
    this.addJobs(props);
    this.addDeadLetters(props);
  }

  private addJobs({ table, queue, secrets, segments, dbtHosts, network, alarms }: JobWorkersProps): void {
    const worker = new ServiceFunction(this, "Jobs", {
      entry: "functions/workers/jobs.ts",
      description: "Runs jobs",
      schema: workerEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        SEGMENTS_BUCKET: segments.bucketName,
        REEVE_DBT_HOSTS: dbtHosts,
      },
      timeout: workerTimeout,
      memorySize: 1024,
      // A run's artifacts are staged here, beside a segment.
      ephemeralStorageSize: Size.gibibytes(4),
      network,
      alarms,
    });
    table.grant(worker, "read", "change", "bulk", "scan");
    segments.grant(worker, "write");
    queue.grantSend(worker);
    queue.consumeJobs(worker);
    secrets.grantConnections(worker, "read");
    // A removal takes them away with the integration.
    secrets.grantIntegrations(worker, "read", "delete");
    // The passwords of accounts that read directories.
    secrets.grantIdentityProviders(worker, "read");
  }

  private addDeadLetters({ table, queue, alarms }: JobWorkersProps): void {
    const worker = new ServiceFunction(this, "DeadLetters", {
      entry: "functions/workers/dead-letters.ts",
      description: "Leaves the jobs of dead letters failed",
      schema: deadLettersEnvironment,
      environment: { TABLE_NAME: table.tableName, JOBS_QUEUE_URL: queue.url },
      timeout: deadLetterTimeout,
      memorySize: 512,
      alarms,
    });
    table.grant(worker, "read", "change", "bulk");
    queue.grantSend(worker);
    queue.consumeDeadLetters(worker, alarms);
  }
}
