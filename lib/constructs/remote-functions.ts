import { Duration, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";
import type * as z from "zod";
import { remoteEnvironment } from "#contracts/environment.ts";
import { remoteTimeoutSeconds } from "#contracts/remote-calls.ts";
import { technologies } from "#contracts/resources/remote.ts";
import type { Alarms } from "./alarms.ts";
import type { Network } from "./network.ts";
import { ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/** One function per technology that asks remote databases for HTTP functions: with its driver, and the right to read credentials. */
export class RemoteFunctions extends Construct {
  /** A technology's name after this is the name of its function. */
  readonly prefix: string;
  private readonly arns: readonly string[];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly secrets: ServiceSecrets; readonly network: Network | null; readonly alarms: Alarms },
  ) {
    super(scope, id);
    this.prefix = `${Stack.of(this).stackName}-remote-`;
    this.arns = technologies.map((technology) => {
      const asked = new ServiceFunction(this, technology, {
        entry: `functions/remote/${technology}.ts`,
        description: `Asks ${technology} databases within requests`,
        functionName: `${this.prefix}${technology}`,
        schema: remoteEnvironment,
        environment: { SECRETS_PREFIX: props.secrets.prefix },
        timeout: Duration.seconds(remoteTimeoutSeconds),
        memorySize: 512,
        alarms: props.alarms,
        network: props.network,
      });
      props.secrets.grantConnections(asked, "read");
      return asked.function.functionArn;
    });
  }

  /** Lets a function ask remote databases. */
  grantInvoke<S extends z.ZodObject>(to: ServiceFunction<S>): void {
    to.allow(["lambda:InvokeFunction"], this.arns);
  }
}
