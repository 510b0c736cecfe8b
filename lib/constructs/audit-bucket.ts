import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/** Until then what is exported is looked at now and then; afterwards it costs a fifth, and minutes or hours to read. */
const coldAfter = Duration.days(180);

/** How long Object Lock keeps each export from everybody (context `auditLockDays`); null where nobody asked for it. */
function lockOf(scope: Construct): Duration | null {
  const given: unknown = scope.node.tryGetContext("auditLockDays");
  if (given === undefined || given === "") return null;
  const days = Number(given);
  if (!Number.isInteger(days) || days < 1) {
    throw new Error("context auditLockDays must be a whole number of days, 1 or more");
  }
  return Duration.days(days);
}

/**
 * Holds what is exported of the audit, each object for good: versions are kept, and Reeve itself may do nothing here but
 * put. With context `auditLockDays` nobody can change or remove an object before that, the account's owner included. The
 * bucket stays when the stack goes.
 */
export class AuditBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const lock = lockOf(this);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      ...(lock === null ? {} : { objectLockDefaultRetention: ObjectLockRetention.compliance(lock) }),
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: coldAfter }],
        },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "One of our own functions writes here and reads nothing; who else reads is for CloudTrail's data events to say.",
    });
  }
}
