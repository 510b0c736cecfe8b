import { createHash } from "node:crypto";
import type { S3Send } from "#adapters/aws/s3-requests.ts";
import { DomainError } from "#core/errors/domain-error.ts";
import type { AuditObjects } from "#core/ports/audit-objects.ts";

/** Exported parts of the audit as objects of a bucket. S3 takes them only as they were hashed here; under Object Lock it demands that. */
export const s3AuditObjects = (send: S3Send, { bucket }: { readonly bucket: string }): AuditObjects => ({
  async put(name, bytes) {
    const answer = await send({
      method: "PUT",
      bucket,
      key: name,
      headers: { "x-amz-checksum-sha256": createHash("sha256").update(bytes).digest("base64") },
      body: new Blob([new Uint8Array(bytes)], { type: "application/x-ndjson" }),
    });
    const text = await answer.text();
    if (answer.ok) return;
    const code = /<Code>([^<]*)<\/Code>/u.exec(text)?.[1] ?? "";
    const cause = new Error(`S3 answered ${answer.status}: ${code}`);
    throw new DomainError("unavailable", undefined, { cause });
  },
});
