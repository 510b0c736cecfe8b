import { describe, expect, it } from "vitest";
import { deploymentProviderId } from "#contracts/resources/identity-provider.ts";
import { mismatch, synthesized } from "./template.ts";

const { template, of } = synthesized();

describe("the user pool", () => {
  it("lets nobody in by themselves, asks for a second factor, and survives the stack", () => {
    expect(
      mismatch(() =>
        template.hasResource("AWS::Cognito::UserPool", {
          DeletionPolicy: "Retain",
          Properties: {
            AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
            MfaConfiguration: "ON",
            EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
            DeletionProtection: "ACTIVE",
          },
        }),
      ),
    ).toBeNull();
  });

  it("has one client: without a secret, for the code flow alone, that sends people back to this deployment", () => {
    const [client, ...others] = Object.values(of("AWS::Cognito::UserPoolClient"));
    expect(others).toEqual([]);
    expect(client?.Properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "email", "profile"],
    });
    expect(JSON.stringify(client?.Properties["CallbackURLs"])).toContain(
      `/sign-in/${deploymentProviderId}/callback`,
    );
  });

  it("is left out with context userPool=none, for who has an identity provider already", () => {
    const without = synthesized({ userPool: "none" });
    expect(without.of("AWS::Cognito::UserPool")).toEqual({});
    expect(without.of("AWS::Cognito::UserPoolClient")).toEqual({});
  });
});
