import { App, Validations, type AppProps, type Environment } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { ReeveStack } from "#lib/stacks/reeve-stack.ts";

/**
 * The CDK app: one stack, checked by two packs of rules at every synthesis. Where it goes is said by the
 * credentials of who deploys it; its name by context `stackName`.
 */
export function checkedApp(
  props: AppProps = {},
  env: Environment = environment(),
): { readonly app: App; readonly stack: ReeveStack } {
  const app = new App(props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const name: unknown = app.node.tryGetContext("stackName");
  const stack = new ReeveStack(app, typeof name === "string" && name !== "" ? name : "Reeve", { env });
  return { app, stack };
}

/** Only a lookup (context `vpcId`) needs to know account and region; the CLI puts them there. */
const environment = (): Environment => {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account === undefined || region === undefined ? {} : { account, region };
};
