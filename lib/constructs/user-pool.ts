import { CustomResource, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  UserPool as CognitoPool,
  UserPoolClientIdentityProvider,
  type UserPoolClient,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { userPoolEnvironment } from "#contracts/environment.ts";
import { deploymentProviderId } from "#contracts/resources/identity-provider.ts";
import type { Alarms } from "./alarms.ts";
import type { PublicApi } from "./public-api.ts";
import type { ReeveTable } from "./reeve-table.ts";
import { ServiceFunction } from "./service-function.ts";

interface UserPoolProps {
  readonly table: ReeveTable;
  readonly api: PublicApi;
  readonly alarms: Alarms;
}

/**
 * People of the deployment's own, for whom no other identity provider stands: an Amazon Cognito user pool into which
 * administrators put them, with a second factor, and the provider by which Reeve lets them in. They sign in by the code
 * flow with PKCE, so that the client has no secret.
 */
export class UserPool extends Construct {
  /** Where people are put into the pool. */
  readonly poolId: string;

  constructor(scope: Construct, id: string, { table, api, alarms }: UserPoolProps) {
    super(scope, id);
    const pool = this.pool();
    this.poolId = pool.userPoolId;
    const client = this.client(pool, `${api.url}/sign-in/${deploymentProviderId}/callback`);
    const bootstrap = new ServiceFunction(this, "Bootstrap", {
      entry: "functions/bootstrap/user-pool.ts",
      description: "Lets the people of the user pool in",
      schema: userPoolEnvironment,
      environment: {
        TABLE_NAME: table.tableName,
        USER_POOL_ISSUER: this.issuerOf(pool),
        USER_POOL_CLIENT_ID: client.userPoolClientId,
      },
      timeout: Duration.seconds(60),
      memorySize: 512,
      alarms,
    });
    table.grant(bootstrap, "read", "change");
    const resource = new CustomResource(this, "Once", {
      serviceToken: bootstrap.function.functionArn,
      serviceTimeout: Duration.minutes(5),
    });
    Validations.of(resource).acknowledge({
      id: "CloudFormation-Validate::W9003",
      reason: "CDK writes the number of seconds as text, which CloudFormation takes.",
    });
    resource.node.addDependency(bootstrap);
  }

  /** As tokens name it: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html */
  private issuerOf({ userPoolId }: CognitoPool): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://cognito-idp.${region}.${urlSuffix}/${userPoolId}`;
  }

  private pool(): CognitoPool {
    const pool = new CognitoPool(this, "Pool", {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      featurePlan: FeaturePlan.LITE,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pool.addDomain("Domain", {
      // Unique in a region, over all accounts.
      cognitoDomain: { domainPrefix: `reeve-${this.node.addr.slice(-8)}-${Stack.of(this).account}` },
    });
    Validations.of(pool).acknowledge({
      id: "AwsSolutions-COG8",
      reason: "Plus costs per user and month; who wants its threat protection changes the plan of the pool.",
    });
    return pool;
  }

  private client(pool: CognitoPool, callbackUrl: string): UserPoolClient {
    return pool.addClient("Console", {
      generateSecret: false,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [callbackUrl],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
    });
  }
}

/** Whether the deployment has a user pool of its own: it does, unless context `userPool` says `none`. */
export const hasUserPool = (scope: Construct): boolean => scope.node.tryGetContext("userPool") !== "none";
