import { RemovalPolicy, Stack, Token, Validations } from "aws-cdk-lib";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type * as z from "zod";
import type { ServiceFunction } from "./service-function.ts";

/** What a function may do with secrets that come and go. */
const actions = {
  read: ["secretsmanager:GetSecretValue"],
  write: ["secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret"],
  delete: ["secretsmanager:DeleteSecret"],
} as const;

const root = "root";
const administrator = "first-administrator";
/** AWS ends each secret's ARN so; a secret that was deleted and made again has another end. */
const anySuffix = "-??????";

/**
 * Every secret of the deployment below one prefix: the root secret and the first administrator's key, which
 * are generated here, and those of connections and integrations, which come and go at run time.
 */
export class ServiceSecrets extends Construct {
  readonly prefix: string;
  /** Names the secret that holds the first administrator's key. */
  readonly administratorName: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.prefix = `${Stack.of(this).stackName}/`;
    this.administratorName = `${this.prefix}${administrator}`;
    this.generate("Root", root, "What keys for cursors are derived from", RemovalPolicy.RETAIN);
    this.generate(
      "FirstAdministrator",
      administrator,
      "The first administrator's API key: read it once, then delete this secret",
      RemovalPolicy.DESTROY,
    );
  }

  /** Lets a function read the root secret and nothing else. */
  grantRoot<S extends z.ZodObject>(to: ServiceFunction<S>): void {
    to.allow(actions.read, [this.arn(`${root}${anySuffix}`)]);
  }

  /** Lets a function read the first administrator's key. */
  grantAdministrator<S extends z.ZodObject>(to: ServiceFunction<S>): void {
    to.allow(actions.read, [this.arn(`${administrator}${anySuffix}`)]);
  }

  /** Lets a function use the credentials of connections. */
  grantConnections<S extends z.ZodObject>(to: ServiceFunction<S>, access: keyof typeof actions): void {
    to.allow(actions[access], [this.arn("connections/*")]);
    to.acknowledgeRole(
      `AwsSolutions-IAM5[Resource::${this.arn("connections/*", shown)}]`,
      "Connections are made at run time; their secrets are below one prefix that holds nothing else.",
    );
  }

  /** Lets a function use the keys of integrations and the secrets of their webhooks. */
  grantIntegrations<S extends z.ZodObject>(
    to: ServiceFunction<S>,
    ...access: readonly (keyof typeof actions)[]
  ): void {
    to.allow(
      access.flatMap((one) => actions[one]),
      [this.arn("integrations/*")],
    );
    to.acknowledgeRole(
      `AwsSolutions-IAM5[Resource::${this.arn("integrations/*", shown)}]`,
      "Integrations are made at run time; their secrets are below one prefix that holds nothing else.",
    );
  }

  /** Lets a function use the secrets of identity providers. */
  grantIdentityProviders<S extends z.ZodObject>(
    to: ServiceFunction<S>,
    ...access: readonly (keyof typeof actions)[]
  ): void {
    to.allow(
      access.flatMap((one) => actions[one]),
      [this.arn("identity/*")],
    );
    to.acknowledgeRole(
      `AwsSolutions-IAM5[Resource::${this.arn("identity/*", shown)}]`,
      "Identity providers are made at run time; their secrets are below one prefix that holds nothing else.",
    );
  }

  /** Lets a function find out which secrets there are; their values are no part of that. */
  grantList<S extends z.ZodObject>(to: ServiceFunction<S>): void {
    // Listing knows no resource; the function filters by the prefix.
    to.allow(["secretsmanager:ListSecrets"], ["*"]);
  }

  /** The ARN of what lies below the prefix, its parts as they are or as somebody else writes them. */
  private arn(ref: string, part: (name: string, value: string) => string = (_, value) => value): string {
    const { partition, region, account } = Stack.of(this);
    const place = `${part("Region", region)}:${part("AccountId", account)}`;
    return `arn:${part("Partition", partition)}:secretsmanager:${place}:secret:${this.prefix}${ref}`;
  }

  private generate(id: string, ref: string, description: string, removalPolicy: RemovalPolicy): void {
    const secret = new CfnSecret(this, id, {
      name: `${this.prefix}${ref}`,
      description,
      generateSecretString: {
        secretStringTemplate: "{}",
        generateStringKey: "key",
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    secret.applyRemovalPolicy(removalPolicy);
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "Rotating it by time would break what derives from it, or take a person's key away; docs/runbook.md says how it is replaced.",
    });
  }
}

/** A part of an ARN as the checks write it: what only the deployment knows stands in angle brackets. */
const shown = (name: string, value: string): string => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
