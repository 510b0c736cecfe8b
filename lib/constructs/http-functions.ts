import { Size } from "aws-cdk-lib";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import {
  accessEnvironment,
  auditEnvironment,
  catalogEnvironment,
  connectionsEnvironment,
  dbtEnvironment,
  identityEnvironment,
  jobsEnvironment,
  peopleEnvironment,
  systemEnvironment,
  webhooksEnvironment,
} from "#contracts/environment.ts";
import type { RouteGroup } from "#contracts/http/routes.ts";
import type { Alarms } from "./alarms.ts";
import type { JobQueue } from "./job-queue.ts";
import type { ReeveTable } from "./reeve-table.ts";
import type { RemoteFunctions } from "./remote-functions.ts";
import type { SegmentBucket } from "./segment-bucket.ts";
import { httpTimeout, ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/** What HTTP functions work with. */
export interface HttpFunctionsProps {
  readonly table: ReeveTable;
  readonly queue: JobQueue;
  readonly secrets: ServiceSecrets;
  readonly remote: RemoteFunctions;
  readonly segments: SegmentBucket;
  /** As `dbtHostsOf` gave them. */
  readonly dbtHosts: string;
  readonly alarms: Alarms;
}

/** One function per group of routes, each with the rights of its group and no others. */
export class HttpFunctions extends Construct {
  readonly byGroup: Readonly<Record<RouteGroup, LambdaFunction>>;
  private readonly props: HttpFunctionsProps;

  constructor(scope: Construct, id: string, props: HttpFunctionsProps) {
    super(scope, id);
    this.props = props;
    this.byGroup = {
      access: this.access(),
      audit: this.audit(),
      catalog: this.catalog(),
      connections: this.connections(),
      dbt: this.dbt(),
      identity: this.identity(),
      jobs: this.jobs(),
      people: this.people(),
      system: this.system(),
      webhooks: this.webhooks(),
    };
  }

  private catalog(): LambdaFunction {
    const { table, queue, secrets, remote, segments } = this.props;
    const made = new ServiceFunction(this, "Catalog", {
      ...this.common("catalog", "Data sources, dictionaries, checks and tags"),
      schema: catalogEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        REMOTE_FUNCTION_PREFIX: remote.prefix,
        SEGMENTS_BUCKET: segments.bucketName,
      },
      // A segment is unpacked here, and the next one beside it.
      ephemeralStorageSize: Size.gibibytes(1),
    });
    segments.grant(made, "read");
    table.grant(made, "read", "change", "bulk");
    queue.grantSend(made);
    secrets.grantRoot(made);
    remote.grantInvoke(made);
    return made.function;
  }

  private connections(): LambdaFunction {
    const { table, queue, secrets, remote } = this.props;
    const made = new ServiceFunction(this, "Connections", {
      ...this.common("connections", "Connections and their members"),
      schema: connectionsEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        REMOTE_FUNCTION_PREFIX: remote.prefix,
      },
    });
    table.grant(made, "read", "change");
    queue.grantSend(made);
    secrets.grantRoot(made);
    secrets.grantConnections(made, "write");
    remote.grantInvoke(made);
    return made.function;
  }

  private dbt(): LambdaFunction {
    const { table, queue, secrets, dbtHosts } = this.props;
    const made = new ServiceFunction(this, "Dbt", {
      ...this.common("dbt", "dbt Cloud environments that are kept in step"),
      schema: dbtEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        REEVE_DBT_HOSTS: dbtHosts,
      },
    });
    table.grant(made, "read", "change");
    queue.grantSend(made);
    secrets.grantRoot(made);
    // A change of one secret keeps the others, which it reads for that.
    secrets.grantIntegrations(made, "read", "write");
    return made.function;
  }

  private webhooks(): LambdaFunction {
    const { table, queue, secrets } = this.props;
    const made = new ServiceFunction(this, "Webhooks", {
      ...this.common("webhooks", "What other services send, each message proven by its signature"),
      schema: webhooksEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
      },
    });
    table.grant(made, "read", "change");
    queue.grantSend(made);
    secrets.grantIntegrations(made, "read");
    return made.function;
  }

  private jobs(): LambdaFunction {
    const { table, queue, secrets } = this.props;
    const made = new ServiceFunction(this, "Jobs", {
      ...this.common("jobs", "Jobs as people see and steer them"),
      schema: jobsEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
      },
    });
    table.grant(made, "read", "change", "bulk");
    queue.grantSend(made);
    secrets.grantRoot(made);
    return made.function;
  }

  private people(): LambdaFunction {
    const { table, queue, secrets, segments } = this.props;
    const made = new ServiceFunction(this, "People", {
      ...this.common("people", "Users, groups, keys and the settings"),
      schema: peopleEnvironment,
      ...this.indexed(),
    });
    segments.grant(made, "read");
    table.grant(made, "read", "change", "bulk");
    queue.grantSend(made);
    secrets.grantRoot(made);
    return made.function;
  }

  private access(): LambdaFunction {
    const { table, queue, secrets, segments } = this.props;
    const made = new ServiceFunction(this, "Access", {
      ...this.common("access", "Members, subscription policies and access requests"),
      schema: accessEnvironment,
      ...this.indexed(),
    });
    segments.grant(made, "read");
    table.grant(made, "read", "change", "bulk");
    queue.grantSend(made);
    secrets.grantRoot(made);
    return made.function;
  }

  private identity(): LambdaFunction {
    const { table, queue, secrets } = this.props;
    const made = new ServiceFunction(this, "Identity", {
      ...this.common("identity", "Identity providers, and signing in"),
      schema: identityEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
      },
    });
    table.grant(made, "read", "change");
    queue.grantSend(made);
    secrets.grantRoot(made);
    secrets.grantIdentityProviders(made, "read", "write");
    return made.function;
  }

  private audit(): LambdaFunction {
    const { table, secrets } = this.props;
    const made = new ServiceFunction(this, "Audit", {
      ...this.common("audit", "What was done, by whom"),
      schema: auditEnvironment,
      environment: { TABLE_NAME: table.tableName, SECRETS_PREFIX: secrets.prefix },
    });
    table.grant(made, "read", "change");
    table.grantIndex(made, "gsi1");
    table.grantIndex(made, "gsi2");
    secrets.grantRoot(made);
    return made.function;
  }

  /** What a function has that reads the catalog's index, beside its rights. */
  private indexed() {
    const { table, queue, secrets, segments } = this.props;
    return {
      environment: {
        TABLE_NAME: table.tableName,
        JOBS_QUEUE_URL: queue.url,
        SECRETS_PREFIX: secrets.prefix,
        SEGMENTS_BUCKET: segments.bucketName,
      },
      // A segment is unpacked here, and the next one beside it.
      ephemeralStorageSize: Size.gibibytes(1),
    };
  }

  private system(): LambdaFunction {
    return new ServiceFunction(this, "System", {
      ...this.common("system", "Health, the API's description, and what no route takes"),
      schema: systemEnvironment,
      environment: {},
    }).function;
  }

  private common(group: RouteGroup, description: string) {
    return {
      entry: `functions/http/${group}.ts`,
      description,
      timeout: httpTimeout,
      memorySize: 1024,
      alarms: this.props.alarms,
    };
  }
}
