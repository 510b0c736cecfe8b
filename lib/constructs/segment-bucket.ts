import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type CfnBucket,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type * as z from "zod";
import type { ServiceFunction } from "./service-function.ts";

/** What a function may do with segments. */
const actions = {
  read: ["s3:GetObject"],
  write: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
} as const;

/**
 * Holds the segments of the catalog's index. They are made from the table, and can be made anew from it at any time.
 * The bucket stays when the stack goes.
 */
export class SegmentBucket extends Construct {
  readonly bucketName: string;
  private readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "Two of our own functions write here, and say so in their logs; nobody else may.",
    });
    this.bucketName = this.bucket.bucketName;
  }

  /** Lets a function read segments, or also write and remove them. */
  grant<S extends z.ZodObject>(to: ServiceFunction<S>, access: keyof typeof actions): void {
    to.allow(actions[access], [this.bucket.arnForObjects("segments/*")]);
    const id = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    to.acknowledgeRole(
      `AwsSolutions-IAM5[Resource::<${id}.Arn>/segments/*]`,
      "Segments are made at run time, under ids that nobody knows before; nothing else is below the prefix.",
    );
    // Without the right to list, S3 does not tell a segment that is missing from one that may not be read.
    to.allow(["s3:ListBucket"], [this.bucket.bucketArn]);
  }
}
