import { describe, expect, it } from "vitest";
import { synthesized } from "./template.ts";

describe("the bucket of the audit's exports", () => {
  const bucket = (from: ReturnType<typeof synthesized>["of"]) =>
    Object.entries(from("AWS::S3::Bucket")).find(([id]) => id.startsWith("AuditExports"))?.[1];

  it("keeps each version, is nobody's but the account's, and survives the stack", () => {
    expect(bucket(synthesized().of)).toMatchObject({
      DeletionPolicy: "Retain",
      Properties: {
        VersioningConfiguration: { Status: "Enabled" },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      },
    });
  });

  it("lets nobody remove an export before the days of context auditLockDays are over", () => {
    expect(bucket(synthesized({ auditLockDays: "365" }).of)).toMatchObject({
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 365, Mode: "COMPLIANCE" } } },
      },
    });
    expect(() => synthesized({ auditLockDays: "soon" })).toThrow("auditLockDays");
  });
});
