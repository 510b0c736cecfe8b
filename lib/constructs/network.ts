import { Stack } from "aws-cdk-lib";
import { SecurityGroup, SubnetType, Vpc, type IVpc, type SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

/** Where functions stand that reach remote databases, when they stand in a VPC. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: readonly SecurityGroup[];
}

/**
 * The VPC of context `vpcId`, which databases without a public address need. Its private subnets must
 * lead to the AWS services that workers use; docs/runbook.md says what that costs.
 */
export class RemoteNetwork extends Construct {
  readonly network: Network;

  constructor(scope: Construct, id: string, vpcId: string) {
    super(scope, id);
    const vpc = Vpc.fromLookup(this, "Vpc", { vpcId });
    const securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: `${Stack.of(this).stackName}: functions that reach remote databases`,
      allowAllOutbound: true,
    });
    // Subnets that lead nowhere will do where the VPC has endpoints for what workers use.
    const subnetType =
      vpc.privateSubnets.length > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
    this.network = {
      vpc,
      vpcSubnets: { subnetType },
      securityGroups: [securityGroup],
    };
  }
}

/** The network that the context names, or null: then functions stand outside of every VPC. */
export function networkOf(scope: Construct): Network | null {
  const vpcId: unknown = scope.node.tryGetContext("vpcId");
  return typeof vpcId === "string" && vpcId !== ""
    ? new RemoteNetwork(scope, "RemoteNetwork", vpcId).network
    : null;
}
