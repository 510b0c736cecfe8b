import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { checkedApp } from "#lib/checked-app.ts";

const directory = mkdtempSync(join(tmpdir(), "reeve-synth-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** What would be deployed, without bundling any code. */
export function synthesized(context: Readonly<Record<string, unknown>> = {}, env: Environment = {}) {
  const { app, stack } = checkedApp(
    { outdir: mkdtempSync(join(directory, "out-")), context: { ...context, "aws:cdk:bundling-stacks": [] } },
    env,
  );
  const template = Template.fromStack(stack);
  const of = (type: string): Readonly<Record<string, Resource>> =>
    template.findResources(type) as Record<string, Resource>;
  return { app, stack, template, of };
}

const env = { account: "111122223333", region: "eu-central-1" };
const vpcId = "vpc-0123456789abcdef0";
const lookup = `vpc-provider:account=${env.account}:filter.vpc-id=${vpcId}:region=${env.region}:returnAsymmetricSubnets=true`;

const subnet = (subnetId: string, availabilityZone: string) => ({
  subnetId,
  cidr: "10.0.0.0/24",
  availabilityZone,
  routeTableId: "rtb-0123456789abcdef0",
});

/** The stack in a VPC, as a lookup would find it. */
export const synthesizedInVpc = () =>
  synthesized(
    {
      vpcId,
      [lookup]: {
        vpcId,
        vpcCidrBlock: "10.0.0.0/16",
        ownerAccountId: env.account,
        availabilityZones: [],
        subnetGroups: [
          {
            name: "Private",
            type: "Private",
            subnets: [
              subnet("subnet-0123456789abcdef0", "eu-central-1a"),
              subnet("subnet-0123456789abcdef1", "eu-central-1b"),
            ],
          },
        ],
      },
    },
    env,
  );

/** What one of the template's own assertions complains of, or null. */
export function mismatch(assertion: () => void): string | null {
  try {
    assertion();
    return null;
  } catch (error) {
    return String(error);
  }
}
