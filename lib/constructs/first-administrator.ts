import { CustomResource, Duration, Validations } from "aws-cdk-lib";
import { Construct } from "constructs";
import { bootstrapEnvironment } from "#contracts/environment.ts";
import type { Alarms } from "./alarms.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";
import type { ServiceSecrets } from "./service-secrets.ts";

/**
 * Makes the first administrator once, when the stack is first deployed, with the key that was generated
 * into a secret. Later deployments leave people alone.
 */
export class FirstAdministrator extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly table: ReeveTable; readonly secrets: ServiceSecrets; readonly alarms: Alarms },
  ) {
    super(scope, id);
    const { table, secrets, alarms } = props;
    const bootstrap = new ServiceFunction(this, "Bootstrap", {
      entry: "functions/bootstrap/first-administrator.ts",
      description: "Makes the first administrator",
      schema: bootstrapEnvironment,
      environment: { TABLE_NAME: table.tableName, SECRETS_PREFIX: secrets.prefix },
      timeout: Duration.seconds(60),
      memorySize: 512,
      alarms,
    });
    table.grant(bootstrap, "read", "change");
    secrets.grantAdministrator(bootstrap);
    const resource = new CustomResource(this, "Once", {
      serviceToken: bootstrap.function.functionArn,
      serviceTimeout: Duration.minutes(5),
    });
    Validations.of(resource).acknowledge({
      id: "CloudFormation-Validate::W9003",
      reason: "CDK writes the number of seconds as text, which CloudFormation takes.",
    });
    // The role's policy is a resource of its own, and the function is of no use before it.
    resource.node.addDependency(bootstrap, secrets);
  }
}
